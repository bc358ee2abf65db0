"""From a file's words to a person: plain functions of values.

No database, no files. Read first: `records.py`.
"""

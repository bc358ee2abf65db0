"""Words that every room shares: identifiers, purposes, verdicts, categories of data, money.

Plain Python: no Django, no database. Read first: `words.py`.
"""

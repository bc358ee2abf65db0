"""Rules of access as plain functions of values: how long a session lasts, what a browser is called.

No Django, no database. Read first: `lifetimes.py`.
"""

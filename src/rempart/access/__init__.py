"""Who may come in: professionals, organisations, accounts, sign-in, sessions, devices, tokens.

Closed by default: a page says who may open it (`doors.py`). Read first: `doors.py`, `sessions.py`.
"""

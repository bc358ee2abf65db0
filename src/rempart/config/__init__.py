"""Where the web process and the worker are put together: settings, urls, wsgi, checks.

Everything comes from the environment and is checked at start. Read first: `settings.py`, `checks.py`.
"""

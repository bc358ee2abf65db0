"""The public directory of health professionals, imported: who works where.

Plain psycopg as the role intake, no Django. Read first: `columns.py`, then `load.py`.
"""

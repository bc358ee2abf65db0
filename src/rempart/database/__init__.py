"""PostgreSQL: the embedded server or an external one, its roles and secrets, and who may touch what.

Read first: `setup.py`, then `sql/grants.sql`, the one file in which every grant stands.
"""

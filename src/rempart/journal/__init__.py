"""What was disclosed to whom and why, and every other event worth answering for. Insert-only.

Read first: `sql/tables.sql`.
"""

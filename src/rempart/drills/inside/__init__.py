"""Attackers who are inside already: they hold a role of the database, and run any statement as that role.

Read first: `tries.py`. What each must not be able to do is tried for real, and undone where it succeeds.
"""

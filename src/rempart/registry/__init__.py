"""Insured persons, their rights and contracts, all sealed; insurers; how they are imported.

Opened only by the gate. Read first: `sql/tables.sql`.
"""

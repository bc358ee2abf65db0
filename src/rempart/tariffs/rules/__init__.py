"""Rules of the split: plain functions of values, no clock, no database.

Read first: `split.py`, then `guarantees.py`; the figures stand in `../data/`.
"""

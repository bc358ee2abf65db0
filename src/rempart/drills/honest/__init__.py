"""The look-ups that honest professionals make, invented from a seed: who asks about whom, and when.

Read first: `assumptions.toml` (every figure), `asks.py` (what one look-up is), `days.py` (a day of them).
"""

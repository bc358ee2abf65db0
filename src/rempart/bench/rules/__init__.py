"""From timings to figures: plain arithmetic, no clock and no process.

Read first: `figures.py`.
"""

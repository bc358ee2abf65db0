"""What a replay is judged by: the published bound, and the limiter it is compared with. No clock, no network.

Read first: `bound.py`.
"""

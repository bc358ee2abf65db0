"""The pages, by who looks: professional, operations, public, demo; what they share stands in `shared`.

They ask the gate and show what it said; they open nothing. Read first: `urls.py`, `shared/caller.py`.
"""

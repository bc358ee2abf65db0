"""The attacks that happened, replayed against a running installation and judged on the attacker's own list.

Only commands import it. Read first: `replay_2022.py`, `replay_2024.py`, `race.py`; then `ledger.py`.
"""

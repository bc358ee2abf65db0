"""Short attacks over HTTP against a running demonstration whose detectors watch: how soon, after how many?

Read first: `bot.py` (what the attacker does and notes), `desk.py` (what operations saw), `run.py`.
"""

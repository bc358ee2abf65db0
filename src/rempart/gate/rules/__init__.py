"""Rules of the gate: plain functions of values, the time passed in; no database, no socket.

What a request may hold, what a proof is worth, what an answer says. Read first: `answer.py`.
"""

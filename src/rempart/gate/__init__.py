"""May this account learn this about this person now? The only room that opens a sealed person.

A small process of its own (`serve.py`), without Django; other rooms import `client` only.
Read first: `look_up.py`, then `sql/30_look_up.sql`.
"""

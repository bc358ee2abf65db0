"""Stop an attack without stopping care: step up, ask for the card, end sessions, freeze, close; and undo.

Read first: `rules/decide.py`, `sql/10_act.sql`, then `watch.py`, the process that does it live.
"""

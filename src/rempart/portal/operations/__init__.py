"""Pages of the night desk: live journal, accounts, why, restrictions and their undo.

Reads the journal through `store.py`; changes nothing but restrictions. Read first: `views/journal.py`.
"""

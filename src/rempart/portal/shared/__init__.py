"""What every kind of page shares: frame, words, look, error pages, the way to the gate.

Never imports the other folders of the portal. Read first: `templates/base.html`, `words.py`.
"""

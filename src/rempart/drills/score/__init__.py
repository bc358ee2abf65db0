"""The score: how few persons an attack is given, and how few honest professionals are disturbed.

Read first: `attacked.py` (one attack's figures), `working.py` (the honest month and the controls),
`together.py` (all of them), `page.py` (the report).
"""

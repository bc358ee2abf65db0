"""What in the journal looks like an attack, in counted facts and words; sees pseudonyms only.

Decides nothing by itself (`rempart.containment` does). Read first: `detector.py`, `engine.py`, then one of
`detectors/`.
"""

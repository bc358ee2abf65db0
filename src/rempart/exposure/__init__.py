"""Who was exposed, to whom, when and to what: exact, from sealed segments and what is not sealed yet.

Questions are SQL, the same text on one machine and on many. Read: docs/reference/exposure.md.
"""

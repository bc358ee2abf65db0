"""Access logs of another portal made into journal entries: what left it, what would have been noticed.

It needs no database and no key. Read first: `rempart scan --help`, docs/reference/scan-map.md.
"""

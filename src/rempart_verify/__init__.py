"""Verifies a journal that Rempart sealed, from an export and a public key alone; imports nothing of Rempart.

Read first: `schema` (what an entry's bytes are), `layout` (which files there are), then `merkle` and `note`.
"""

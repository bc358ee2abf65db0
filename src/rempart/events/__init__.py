"""The journal told to other systems: security events, audit events, metrics.

Each sink keeps its place in the journal, so that a restart loses nothing. Read: docs/reference/events.md.
"""

"""Connects what the sign-in library announces to the journal and to our own bookkeeping."""


def connect() -> None:
    """Called once, when Django is ready."""

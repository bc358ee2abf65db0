"""Access logs of another portal, made into journal entries: what has left it, and what would have been noticed."""

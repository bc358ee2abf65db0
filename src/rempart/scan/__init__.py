"""Access logs of another portal made into journal entries: what left it, what would have been noticed."""

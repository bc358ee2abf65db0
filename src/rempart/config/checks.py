"""Start-up checks: each with an id, what is wrong, and how to mend it."""

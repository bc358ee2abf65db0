"""One file each: what it sees, what must not be taken for it, its thresholds, its words, its loop."""

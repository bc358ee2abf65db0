"""Django's record of which SQL of this room has been run."""

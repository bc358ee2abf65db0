"""The views of a professional's pages."""

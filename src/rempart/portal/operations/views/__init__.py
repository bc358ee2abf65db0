"""The views of the night desk."""

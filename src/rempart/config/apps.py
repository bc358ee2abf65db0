"""The Django application that checks the settings at start."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers the start-up checks."""

    name = "rempart.config"
    label = "config"

    def ready(self) -> None:
        from rempart.config import checks  # noqa: F401, PLC0415  # registers itself

"""The Django application `access`."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Connects sign-in events to the journal once Django is ready."""

    name = "rempart.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rempart.access import signals  # noqa: PLC0415  # needs the models

        signals.connect()

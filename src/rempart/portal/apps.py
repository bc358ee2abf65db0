"""The Django application `portal`: pages only, no tables."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Carries the template tags and the translations."""

    name = "rempart.portal"
    label = "portal"

# ruff: noqa: D106  # a Meta is no class of its own
"""Vendors' software, and what professionals allowed it. Access's other tables: `access/models.py`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Software(models.Model):
    """A vendor's software. It signs in with its private key; of that alone nothing is disclosed."""

    client_id = models.TextField(unique=True)
    name = models.TextField()
    vendor = models.TextField()
    keys = models.JSONField()
    """Its public keys (JWKS, RFC 7517)."""
    redirect_uris = ArrayField(models.TextField(), default=list)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_software"

    def __str__(self) -> str:
        return self.client_id


class Grant(models.Model):
    """What a professional allowed a software on one device: its short-lived tokens hang on this."""

    account = models.ForeignKey("access.Account", on_delete=models.CASCADE)
    software = models.ForeignKey(Software, on_delete=models.PROTECT)
    device = models.TextField()
    """Thumbprint (RFC 7638) of the device's key: a token without its proof is worth nothing."""
    device_label = models.TextField(db_default="")
    assurance = models.SmallIntegerField()
    code = models.BinaryField(null=True)
    """SHA-256 of the authorisation code, until it is exchanged."""
    code_challenge = models.TextField(db_default="")
    redirect_uri = models.TextField(db_default="")
    code_expires_at = models.DateTimeField(null=True)
    refresh = models.BinaryField(null=True)
    """SHA-256 of the refresh token of the moment: each is taken once."""
    card_until = models.DateTimeField(null=True)
    """As the session's in which it was allowed: a software is no way around a device never seen."""
    confirmed_at = models.DateTimeField(null=True)
    """When its holder last answered for it: the strong factor of the session in which they did."""
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_grant"

    def __str__(self) -> str:
        return str(self.pk)

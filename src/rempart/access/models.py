# ruff: noqa: D106  # a Meta is no class of its own
"""Professionals, organisations, accounts and what they sign in with.

Tables live in schema `access`. Defaults are the database's own, so that the directory's bulk import
may insert without Django. The web role may update an account's password, last sign-in, e-mail,
language and displayed name, and nothing else of it: `save()` here always names its columns.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now

from rempart.vocabulary.words import STAFF, Profession

LOGIN_SHAPE = r"^[a-z0-9][a-z0-9._-]{2,63}$"
"""No line break and no `|`: a login is part of the text that a card terminal signs."""

_PROFESSIONS = [(word.value, word.value) for word in Profession]


class Professional(models.Model):
    """A person of the public directory of health professionals."""

    rpps = models.TextField(unique=True)
    national_id = models.TextField(db_default="")
    civility = models.TextField(db_default="")
    family_name = models.TextField(db_default="")
    given_name = models.TextField(db_default="")
    profession = models.TextField(choices=_PROFESSIONS)
    active = models.BooleanField(db_default=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_professional"

    def __str__(self) -> str:
        return self.rpps


class Organisation(models.Model):
    """A pharmacy, a practice, a hospital: where professionals work."""

    technical_id = models.TextField(unique=True)
    name = models.TextField(db_default="")
    siret = models.TextField(db_default="")
    siren = models.TextField(db_default="")
    finess = models.TextField(db_default="")
    postcode = models.TextField(db_default="")
    commune = models.TextField(db_default="")
    department = models.TextField(db_default="")
    kind = models.TextField(db_default="")
    declared_networks = ArrayField(models.TextField(), db_default=[], default=list)
    """Egress addresses (CIDR) that fall under the organisation's own limit."""
    active = models.BooleanField(db_default=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_organisation"

    def __str__(self) -> str:
        return self.technical_id


class Activity(models.Model):
    """A professional works in an organisation."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    profession = models.TextField(choices=_PROFESSIONS)
    mode = models.TextField(db_default="")
    """As the directory writes it: `L` in private practice, `S` employed."""
    active = models.BooleanField(db_default=True)

    class Meta:
        db_table = "access_activity"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["professional", "organisation", "profession"], name="access_activity_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.professional_id} in {self.organisation_id}"


class AccountManager(BaseUserManager["Account"]):
    """Finds an account by what its holder types."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Who signs in. An operator or a data-protection officer is an account of that profession."""

    login = models.TextField(unique=True)
    email = models.EmailField(blank=True, db_default="")
    is_active = models.BooleanField(default=True, db_default=True)
    display_name = models.TextField(db_default="")
    profession = models.TextField(choices=_PROFESSIONS)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    professional = models.ForeignKey(Professional, null=True, on_delete=models.PROTECT)
    card_until = models.DateTimeField(null=True)
    """Until then every look-up needs the patient's card: a new account or factor is not trusted yet."""
    language = models.CharField(max_length=5, default="fr", db_default="fr")
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["profession"]

    objects = AccountManager()

    class Meta:
        db_table = "access_account"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(login__regex=LOGIN_SHAPE), name="access_login_shape"),
            models.CheckConstraint(
                condition=models.Q(profession__in=[word.value for word in Profession]),
                name="access_account_profession",
            ),
        ]

    def __str__(self) -> str:
        return self.login

    @property
    def is_staff_member(self) -> bool:
        """Operations or data protection: no patient is ever in front of them."""
        return self.profession in STAFF


class Session(AbstractBaseSession):
    """A browser's session. The key in the cookie is random; only its SHA-256 stands here."""

    session_key = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE)
    assurance = models.SmallIntegerField(default=1, db_default=1)
    """1: password. 2: the second factor of this very sign-in passed. Never raised in place."""
    device = models.TextField(default="", db_default="")
    """First characters of the device's digest, as in the journal."""
    network = models.GenericIPAddressField(null=True)
    agent = models.TextField(default="", db_default="")
    """The browser in words (`Firefox, Windows`), never the whole header."""
    started_at = models.DateTimeField(db_default=Now())
    """When the account signed in: kept when the key rotates."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_session"
        indexes: ClassVar = [models.Index(fields=["account", "-started_at"], name="access_session_account")]

    @classmethod
    def get_session_store_class(cls) -> type:
        from rempart.access.sessions import SessionStore  # noqa: PLC0415  # the store imports this model

        return SessionStore


class Token(models.Model):
    """A bearer token for software, bound to one account. Shown once; only its SHA-256 stands here."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    label = models.TextField()
    hash = models.BinaryField(unique=True)
    prefix = models.TextField()
    """First characters, so that a person recognises which token is which."""
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_token"

    def __str__(self) -> str:
        return self.prefix


class Device(models.Model):
    """A browser that has signed in to this account before, known by a long-lived random cookie."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    digest = models.TextField()
    label = models.TextField(db_default="")
    first_seen = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_device"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "digest"], name="access_device_once")
        ]

    def __str__(self) -> str:
        return self.label


class TotpCounter(models.Model):
    """The last time step whose code was taken: the same code is never taken twice (RFC 6238, 5.2)."""

    authenticator = models.OneToOneField("mfa.Authenticator", primary_key=True, on_delete=models.CASCADE)
    last_counter = models.BigIntegerField()

    class Meta:
        db_table = "access_totpcounter"

    def __str__(self) -> str:
        return str(self.authenticator_id)


class Attempts(models.Model):
    """How many times something was tried of late; see `throttle.py`."""

    bucket = models.TextField(primary_key=True)
    """Keyed digest of what is counted: no address and no login can be read from it."""
    n = models.IntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "access_attempts"

    def __str__(self) -> str:
        return self.bucket


class SetUp(models.Model):
    """A one-use word by which an account chooses its first password."""

    digest = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_setup"

    def __str__(self) -> str:
        return str(self.account_id)

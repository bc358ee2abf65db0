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

from rempart.access.vendors.models import Grant, Software  # noqa: F401  # Django finds models here
from rempart.vocabulary.words import STAFF, Profession

LOGIN_SHAPE = r"^[a-z0-9][a-z0-9._-]{2,63}$"
"""No line break and no `|`: a login is part of the text that a card terminal signs."""

_PROFESSIONS = [(word.value, word.value) for word in Profession]


class _Row(models.Model):
    """Known by its number."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


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
    address = models.TextField(db_default="")
    """Lines of the postal address as the directory gives them: where an enrolment code is sent."""
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
    """Until then every look-up below level 3 needs the patient's card: what is new is not trusted yet."""
    card_reason = models.TextField(db_default="")
    """Why: `new_account`, `new_factor`, `new_role`, `reset` or `leak`."""
    holder = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="delegates")
    """The professional under whose responsibility a preparer or an assistant works; None: a holder."""
    renew_since = models.DateTimeField(null=True)
    """Since then the password must be renewed with a strong factor: no session rises above level 1."""
    renew_reason = models.TextField(db_default="")
    """Why: `leaked_password`, `leaked_mailbox` or `containment`."""
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

    @property
    def works(self) -> bool:
        """Not closed; a delegate, moreover, works under a holder or not at all."""
        return self.is_active and (self.holder is None or self.holder.is_active)

    @property
    def may_have_delegates(self) -> bool:
        """A professional with an organisation, who works under nobody (`access.delegate` checks the same)."""
        return not (self.holder_id or self.professional_id is None or self.organisation_id is None)


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
    card_until = models.DateTimeField(null=True)
    """Until then this session needs the patient's card: it began on a device that was never seen."""
    proved_at = models.DateTimeField(null=True)
    """When a strong factor was last given in it: a step-up that began before holds it no longer."""
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
    grant = models.ForeignKey("Grant", null=True, on_delete=models.PROTECT)
    """What the holder allowed a vendor's software; None: a token made by the holder."""
    assurance = models.SmallIntegerField(default=2, db_default=2)
    confirmed_at = models.DateTimeField(null=True)
    """When its holder last answered for it: the strong factor of the session in which they did."""

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


class TotpCounter(_Row):
    """The last time step whose code was taken: the same code is never taken twice (RFC 6238, 5.2)."""

    authenticator = models.OneToOneField("mfa.Authenticator", primary_key=True, on_delete=models.CASCADE)
    last_counter = models.BigIntegerField()

    class Meta:
        db_table = "access_totpcounter"


class Attempts(_Row):
    """How many times something was tried of late; see `throttle.py`."""

    bucket = models.TextField(primary_key=True)
    """Keyed digest of what is counted: no address and no login can be read from it."""
    n = models.IntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "access_attempts"


class SetUp(_Row):
    """A one-use word by which an account chooses its first password."""

    digest = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_setup"


class Identity(_Row):
    """Who somebody is elsewhere: a card or an account of Pro Santé Connect, keyed on issuer and subject."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    kind = models.TextField()
    """`psc`, `cps` or `cpe`."""
    issuer = models.TextField()
    subject = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_identity"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject", "account"], name="access_identity_once")
        ]


class Notice(_Row):
    """What an account's holder must know; shown on its pages until read, whatever became of the mail."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    at = models.DateTimeField(db_default=Now())
    kind = models.TextField()
    """The journal's tag of what happened."""
    details = models.JSONField(default=dict, db_default={})
    mailed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_notice"
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="access_notice_account")]


class Letter(_Row):
    """A code on its way by post to the directory's address of a professional who enrols."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    sealed_code = models.TextField()
    """Sealed until it is printed, then empty: only the digest stays."""
    digest = models.BinaryField()
    wrong = models.SmallIntegerField(db_default=0)
    requested_at = models.DateTimeField(db_default=Now())
    printed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_letter"


class Reset(_Row):
    """A forgotten password on its way: the mailbox alone opens nothing."""

    digest = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    requested_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    vouched_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="resets_vouched"
    )
    usable_at = models.DateTimeField(null=True)
    """When a colleague's word takes effect; None: a second factor or the card is needed."""
    stopped_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_reset"


class Vouch(_Row):
    """A colleague answered for an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="vouches")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="vouched")
    purpose = models.TextField()
    """`reset` or `card`."""
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_vouch"


class Tried(_Row):
    """What was tried against what, keyed: one password on many accounts, one network on many."""

    bucket = models.TextField()
    member = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "access_tried"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bucket", "member"], name="access_tried_once")
        ]

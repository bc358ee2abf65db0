"""What can be wrong with keys. No message repeats key material or a person's data."""

from rempart.vocabulary.faults import Fault


class VaultFault(Fault):
    """Keys are missing, unreadable or of another installation."""


class KeysMissingError(VaultFault):
    """A key file is not there or not one of ours."""


class InsurerKeyMissingError(VaultFault):
    """The insurer has no key pair in use: it was never created, or it was withdrawn."""


class SealBrokenError(Exception):
    """A sealed value was changed, moved to another person or category, or sealed with another key."""


class UnknownDataKeyError(Exception):
    """No data key has this number, or another insurer's has."""


class KeyWithdrawnError(Exception):
    """The insurer withdrew its key: nothing more of it is opened."""

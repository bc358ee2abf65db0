"""The closed lists of words that cross rooms, and the numbers that stand for them in the database.

A number, once written to a journal, is never given another meaning: add, never renumber.
"""

from enum import IntEnum, IntFlag, StrEnum


class Profession(StrEnum):
    """What an account may act as; it selects a row of limits and of the matrix."""

    PHARMACIST = "pharmacist"
    OPTICIAN = "optician"
    DOCTOR = "doctor"
    HOSPITAL_DESK = "hospital_desk"
    DENTIST = "dentist"
    HEARING = "hearing"
    NURSE = "nurse"
    MIDWIFE = "midwife"
    PHYSIOTHERAPIST = "physiotherapist"
    PODIATRIST = "podiatrist"
    OPERATOR = "operator"
    DPO = "dpo"


DIRECTORY_PROFESSIONS = {
    "10": Profession.DOCTOR,
    "21": Profession.PHARMACIST,
    "26": Profession.HEARING,
    "28": Profession.OPTICIAN,
    "40": Profession.DENTIST,
    "50": Profession.MIDWIFE,
    "60": Profession.NURSE,
    "70": Profession.PHYSIOTHERAPIST,
    "80": Profession.PODIATRIST,
}
"""Code profession of the public directory (Annuaire Santé, column 10) → our word."""

STAFF = frozenset({Profession.OPERATOR, Profession.DPO})


class Purpose(StrEnum):
    """Why a person is looked up."""

    RIGHTS = "rights"
    """Everyday: what is covered for the act asked, and is payment guaranteed."""
    ADMISSION = "admission"
    """Hospital desk: the same, with scheme, fund and the policyholder's number."""
    SUPPORT = "support"
    """Operations: help a professional whose answer is disputed."""
    SUBJECT_ACCESS = "subject_access"
    """Data-protection officer: answer a person who asks for their own data (GDPR, article 15)."""


class Category(IntFlag):
    """Categories of a person's data, sealed apart from each other."""

    CIVIL_STATUS = 1
    NIR = 2
    RIGHTS = 4
    CONTRACT = 8


class Assurance(IntEnum):
    """How surely the account's holder is known."""

    PASSWORD = 1
    SECOND_FACTOR = 2
    CARD = 3


class Verdict(StrEnum):
    """What the gate says."""

    GRANTED = "granted"
    CHALLENGED = "challenged"
    REFUSED = "refused"


class Proof(IntEnum):
    """What shows that the person is there."""

    NONE = 0
    CARD = 1
    """An attestation signed by a card terminal registered to the organisation."""
    PRESENT = 2
    """The professional's word, with a reason: the small overdraft."""
    KNOWN = 3
    """A proven visit to the same organisation in the last 24 months (found by the gate)."""


class Scope(IntEnum):
    """Whom a meter or a restriction is about, in the order in which meters are locked."""

    ACCOUNT = 1
    ORGANISATION = 2
    NETWORK = 3
    PLATFORM = 4
    SESSION = 5
    CHANNEL = 6
    INSURER = 7
    SOFTWARE = 8
    """A vendor's software, for everybody who uses it."""


class Meter(IntEnum):
    """Which budget is spent."""

    UNPROVEN = 0
    PROVEN = 1
    PRESENT = 2
    KNOWN = 3
    WIDE = 4
    """Spent besides the others when the answer is wider than the everyday one."""


class Window(IntEnum):
    """Sliding windows, as places in an array of limits."""

    MINUTE = 0
    HOUR = 1
    DAY = 2
    THIRTY_DAYS = 3


class Channel(StrEnum):
    """The door a request came through."""

    PAGE = "page"
    API = "api"
    COMMAND = "command"


class Reason(StrEnum):
    """Why the gate did not grant. Stable: software reads these."""

    CREDENTIAL = "credential"
    """Unknown, ended, expired or revoked session or token."""
    FROZEN = "frozen"
    CLOSED = "closed"
    """A channel, an insurer, a software or everything: with a message and when it is expected back."""
    NETWORK = "network"
    """It is asked from a network that is banned."""
    CARD_REQUIRED = "card_required"
    STEP_UP = "step_up"
    ASSURANCE = "assurance"
    PURPOSE = "purpose"
    BIRTH_RANK = "birth_rank"
    NOT_FOUND = "not_found"
    LIMIT_ACCOUNT = "limit_account"
    LIMIT_ORGANISATION = "limit_organisation"
    LIMIT_NETWORK = "limit_network"
    BREAKER = "breaker"
    CLOCK = "clock"
    PROOF_FORGED = "proof_forged"
    PROOF_STALE = "proof_stale"
    PROOF_REPLAYED = "proof_replayed"
    PROOF_TERMINAL = "proof_terminal"
    """The terminal is unknown, not yet active, revoked, or another organisation's."""
    UNAVAILABLE = "unavailable"
    """Durability could not be made certain: nothing was opened."""


class RestrictionKind(StrEnum):
    """What a restriction asks, mildest first."""

    STEP_UP = "step_up"
    CARD_REQUIRED = "card_required"
    FROZEN = "frozen"
    CLOSED = "closed"
    """Of a channel, an insurer, a software or everything; never of somebody."""


class ActFamily(StrEnum):
    """The family of acts that a look-up asks about."""

    CONSULTATION = "consultation"
    MEDICINES = "medicines"
    OPTICS = "optics"
    DENTAL = "dental"
    HEARING = "hearing"
    NURSING = "nursing"
    PHYSIOTHERAPY = "physiotherapy"
    HOSPITAL = "hospital"


USUAL_ACTS = {
    Profession.PHARMACIST: ActFamily.MEDICINES,
    Profession.OPTICIAN: ActFamily.OPTICS,
    Profession.DOCTOR: ActFamily.CONSULTATION,
    Profession.HOSPITAL_DESK: ActFamily.HOSPITAL,
    Profession.DENTIST: ActFamily.DENTAL,
    Profession.HEARING: ActFamily.HEARING,
    Profession.NURSE: ActFamily.NURSING,
    Profession.MIDWIFE: ActFamily.CONSULTATION,
    Profession.PHYSIOTHERAPIST: ActFamily.PHYSIOTHERAPY,
    Profession.PODIATRIST: ActFamily.NURSING,
}
"""What a look-up asks about when it names no family."""

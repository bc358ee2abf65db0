"""The journal's look-ups as columns: what every detector reads, live, replayed or simulated.

Numbers only. Words become the numbers below; sessions, devices, networks and software become 64-bit
hashes; a person is the journal's random id (> 0) or a miss's keyed id (< 0). 0 (or -1 where 0 means
something) is "not known", and detectors must say nothing from what is not known.
"""

import numpy as np

from rempart.vocabulary.words import Channel, Profession, Purpose, Reason, Verdict

ENTRY = np.dtype(
    [
        ("x", "i8"),
        ("seq", "i8"),
        ("at", "i8"),  # microseconds since 1970, UTC
        ("kind", "i1"),  # LOOK_UP or CARE
        ("account", "i8"),
        ("organisation", "i8"),
        ("session", "i8"),
        ("device", "i8"),
        ("software", "i8"),
        ("network", "i8"),  # the address (IPv6: its /56)
        ("carrier", "i8"),  # IPv4: its /16; IPv6: its /32
        ("declared", "i1"),  # 1: the organisation declared this network as its own
        ("channel", "i1"),
        ("purpose", "i1"),
        ("profession", "i1"),
        ("assurance", "i1"),
        ("proof", "i1"),
        ("verdict", "i1"),
        ("reason", "i1"),
        ("hit", "i1"),  # 1 found, 0 missed, -1 not known
        ("cost", "i2"),  # persons newly counted
        ("count", "i4"),  # > 1: so many equal refusals in one entry
        ("insurer", "i2"),
        ("categories", "i2"),
        ("department", "i2"),  # of the person's birth; 2A is 201, 2B 202
        ("home", "i2"),  # of the organisation
        ("birth_month", "i1"),
        ("prefix_month", "i8"),  # keyed pseudonym of sex, year, month and department of birth
        ("prefix_commune", "i8"),  # the same with the commune
        ("person", "i8"),
        ("terminal", "i8"),
        ("decoy", "i1"),  # 1: the person is a decoy record
    ]
)
"""One entry. Structured, unaligned: as PostgreSQL's binary COPY is read into it field by field."""

LOOK_UP, CARE = 0, 1
"""Kinds: a look-up; evidence that care was given to the person by the organisation (a claim with proof)."""

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
"""In microseconds, as `at`."""

_FIRST = 1
VERDICTS = {word.value: n for n, word in enumerate(Verdict, _FIRST)}
REASONS = {word.value: n for n, word in enumerate(Reason, _FIRST)}
PROFESSIONS = {word.value: n for n, word in enumerate(Profession, _FIRST)}
CHANNELS = {word.value: n for n, word in enumerate(Channel, _FIRST)}
PURPOSES = {word.value: n for n, word in enumerate(Purpose, _FIRST)}
"""Words of the journal → numbers in columns, from 1; 0 is none."""

GRANTED, CHALLENGED, REFUSED = (VERDICTS[word] for word in ("granted", "challenged", "refused"))
NOT_FOUND = REASONS["not_found"]
PROOF_REASONS = tuple(REASONS[word] for word in REASONS if word.startswith("proof_"))

UNPROVEN, BY_CARD, PRESENT, KNOWN = 0, 1, 2, 3
"""`proof`: the numbers of `vocabulary.words.Proof`, as constants that compiled loops can hold."""

"""Twenty persons of the demonstration whose answers differ, and the list that the attack drills work from."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from rempart.gate.rules.answer import answer
from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary.nir import Nir
from rempart.vocabulary.words import ActFamily, Category, Profession, Purpose

SAMPLES = 20
_OLD_PAIR_DAYS = 731
_CHILD_YEARS = 16

Test = Callable[[PersonRecord, date], bool]


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """A person to try. `birth_rank` is None unless the number and birth date are shared."""

    number: int
    nir: str
    """15 characters, key included: as it stands on the card."""
    birth_date: str
    birth_rank: int | None
    label: str
    label_fr: str
    expected: dict[str, Any]
    """What the answer to a pharmacist says: `rights` for everybody else too."""
    amc: str | None
    member_number: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _ordinary(record: PersonRecord, on: date) -> bool:
    """Open rights with no end in sight, a contract that runs, and nothing special."""
    rights, contract = record.rights, record.contract
    return (
        rights.state == "open"
        and rights.open_to is None
        and not (rights.c2s or rights.ame_to or rights.ald_from or rights.alsace_moselle)
        and contract is not None
        and contract.third_party
        and _runs(contract.valid_to, on)
        and record.civil.birth_rank == 1
    )


def _runs(end: str | None, on: date) -> bool:
    return end is None or end > on.isoformat()


def _department(record: PersonRecord) -> str:
    return Nir(record.numbers.payment_nir).department


def _head(record: PersonRecord) -> bool:
    return record.rights.quality == "policyholder"


def _worn(record: PersonRecord, on: date) -> int | None:
    """Days since the last spectacles."""
    last = record.contract.last_optics if record.contract else None
    return (on - date.fromisoformat(last)).days if last else None


_KINDS: tuple[tuple[str, str, Test], ...] = (
    (
        "Rights open, contract running",
        "Droits ouverts, contrat en cours",
        lambda r, on: _ordinary(r, on) and _head(r) and _worn(r, on) is None,
    ),
    (
        "Spectacles due for renewal",
        "Lunettes renouvelables",
        lambda r, on: _ordinary(r, on) and _head(r) and (_worn(r, on) or 0) > _OLD_PAIR_DAYS,
    ),
    (
        "Spectacles paid for lately",
        "Lunettes remboursées récemment",
        lambda r, on: _ordinary(r, on) and _head(r) and 0 < (_worn(r, on) or 0) < _OLD_PAIR_DAYS // 2,
    ),
    ("Rights closed", "Droits fermés", lambda r, _: r.rights.state == "closed" and _head(r)),
    (
        "Rights unknown: not a no",
        "Droits inconnus : ce n'est pas un non",
        lambda r, _: r.rights.state == "unknown",
    ),
    (
        "C2S without participation",
        "C2S sans participation",
        lambda r, _: r.rights.c2s == "without" and _open(r),
    ),
    (
        "State medical aid (AME)",
        "Aide médicale de l'État",
        lambda r, _: _open(r) and r.rights.ame_to is not None,
    ),
    (
        "Long illness: exoneration",
        "Affection de longue durée",
        lambda r, on: _open(r) and _ill(r, on) and _head(r),
    ),
    (
        "Alsace-Moselle scheme",
        "Régime local d'Alsace-Moselle",
        lambda r, _: r.rights.alsace_moselle and _open(r),
    ),
    ("Born in Corsica", "Né en Corse", lambda r, _: _department(r) in {"2A", "2B"} and _open(r) and _head(r)),
    (
        "Born abroad",
        "Né à l'étranger",
        lambda r, _: _department(r) == "99" and r.civil.birth_date[5:7] < "13" and _open(r) and _head(r),
    ),
    (
        "Incomplete birth date",
        "Date de naissance incomplète",
        lambda r, _: r.civil.birth_date.endswith("-00") and _open(r),
    ),
    (
        "Lunar birth date",
        "Date de naissance lunaire",
        lambda r, _: r.civil.birth_date[5:7] > "12" and _open(r),
    ),
    (
        "Child on a parent's number",
        "Enfant sur le numéro d'un parent",
        lambda r, on: r.rights.quality == "child" and _open(r) and _age(r, on) < _CHILD_YEARS,
    ),
    (
        "Spouse on a spouse's number",
        "Conjoint ayant droit",
        lambda r, _: r.rights.quality == "spouse" and _open(r),
    ),
    (
        "Contract expired",
        "Contrat échu",
        lambda r, on: _open(r) and r.contract is not None and not _runs(r.contract.valid_to, on),
    ),
    (
        "No complementary contract",
        "Sans complémentaire",
        lambda r, _: _open(r) and r.contract is None and not (r.rights.c2s or r.rights.ame_to),
    ),
    (
        "Contract without third-party payment",
        "Contrat sans tiers payant",
        lambda r, _: _open(r) and r.contract is not None and not r.contract.third_party,
    ),
    ("C2S with participation", "C2S avec participation", lambda r, _: r.rights.c2s == "with" and _open(r)),
    (
        "Born overseas",
        "Né outre-mer",
        lambda r, _: _department(r)[:2] in {"97", "98"} and _open(r) and _head(r),
    ),
)


def _open(record: PersonRecord) -> bool:
    return record.rights.state == "open"


def _ill(record: PersonRecord, on: date) -> bool:
    return record.rights.ald_from is not None and _runs(record.rights.ald_to, on)


def _age(record: PersonRecord, on: date) -> int:
    return on.year - int(record.civil.birth_date[:4])


class Population:
    """The generated persons, and who shares a number and a birth date with another."""

    def __init__(self, records: Iterable[PersonRecord]) -> None:
        self.records = list(records)
        self._held = Counter(key for record in self.records for key in _keys(record))

    def rank(self, record: PersonRecord) -> int | None:
        """The birth rank where a look-up has to give it, else None."""
        shared = self._held[record.numbers.payment_nir, record.civil.birth_date] > 1
        return record.civil.birth_rank if shared else None

    def samples(self, on: date) -> list[Sample]:
        """Two twins, then one person of each kind, then ordinary ones until there are twenty."""
        chosen = list(self._chosen(on))[:SAMPLES]
        return [self._sample(n, *one, on) for n, one in enumerate(chosen, 1)]

    def attack_list(self, most: int) -> list[dict[str, Any]]:
        """Real persons as an attacker who bought a list holds them."""
        return [
            {
                "nir": record.numbers.payment_nir,
                "birth_date": record.civil.birth_date,
                "birth_rank": self.rank(record),
            }
            for record in self.records[:most]
        ]

    def _chosen(self, on: date) -> Iterator[tuple[PersonRecord, str, str]]:
        taken: set[int] = set()
        twins = self._twins()
        for label, label_fr, test in _KINDS[: SAMPLES - len(twins)]:
            for record in self.records:
                if record.line not in taken and self.rank(record) is None and test(record, on):
                    taken.add(record.line)
                    yield record, label, label_fr
                    break
        for record in twins:
            yield (
                record,
                f"Twin: the birth rank ({record.civil.birth_rank}) is asked for",
                f"Jumeau : le rang de naissance ({record.civil.birth_rank}) est demandé",
            )
        for record in self.records:
            if record.line not in taken and self.rank(record) is None and _ordinary(record, on):
                yield record, _KINDS[0][0], _KINDS[0][1]

    def _twins(self) -> list[PersonRecord]:
        for record in self.records:
            if record.civil.birth_rank == 1 and self.rank(record) and _open(record):
                own = (record.numbers.payment_nir, record.civil.birth_date)
                return [r for r in self.records if (r.numbers.payment_nir, r.civil.birth_date) == own][:2]
        return []

    def _sample(self, number: int, record: PersonRecord, label: str, label_fr: str, on: date) -> Sample:
        nir = Nir(record.numbers.payment_nir)
        return Sample(
            number=number,
            nir=nir.number + nir.key,
            birth_date=record.civil.birth_date,
            birth_rank=self.rank(record),
            label=label,
            label_fr=label_fr,
            expected=expected(record, on),
            amc=record.contract.amc_number if record.contract else None,
            member_number=record.contract.member_number if record.contract else None,
        )


def _keys(record: PersonRecord) -> set[tuple[str, str]]:
    numbers = record.numbers
    nirs = {numbers.payment_nir, numbers.own_nir, numbers.other_payment_nir} - {None}
    return {(str(nir), record.civil.birth_date) for nir in nirs}


def expected(record: PersonRecord, on: date) -> dict[str, Any]:
    """What the gate's rules say to a pharmacist, without amounts and dates."""
    said = answer(
        record.rights,
        record.contract,
        record.civil,
        profession=Profession.PHARMACIST,
        purpose=Purpose.RIGHTS,
        act_family=ActFamily.MEDICINES,
        account_rpps=None,
        on=on,
        categories=Category.RIGHTS | Category.CONTRACT,
    )
    return {
        "rights": str(said["rights"]),
        "third_party": {"accepted": str(said["third_party"]["accepted"])},
        "c2s": said["c2s"],
        "ame": said["ame"],
    }

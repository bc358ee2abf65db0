"""What Pro Santé Connect says of a professional, read strictly: the number, and who they are where.

Shapes as its `userinfo` gives them (scope `scope_all`): `SubjectNameID`, and in `SubjectRefPro` the
`exercices` (one for each profession) with their `activities` (one for each workplace).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rempart.vocabulary.words import DIRECTORY_PROFESSIONS, Profession

_LONGEST = 64
_MOST = 100


@dataclass(frozen=True, slots=True)
class Workplace:
    """One activity: how the provider names the organisation. Any of the three may be empty."""

    profession: Profession
    technical_id: str
    finess: str
    siret: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom the provider vouches for."""

    national_id: str
    """IDNPS: `8` and the RPPS for most."""
    professions: frozenset[Profession]
    workplaces: tuple[Workplace, ...]


def read_claims(userinfo: Mapping[str, Any]) -> Claims | None:
    """None when there is no number of a professional in it."""
    number = _text(userinfo, "SubjectNameID")
    if not number:
        return None
    exercises = list(_exercises(userinfo))
    return Claims(
        number,
        frozenset(profession for profession, _ in exercises),
        tuple(
            Workplace(
                profession,
                _text(activity, "identifiantTechniqueDeLaStructure"),
                _text(activity, "numeroFinessSite"),
                _text(activity, "numeroSiretSite"),
            )
            for profession, exercise in exercises
            for activity in _objects(exercise, "activities")
        ),
    )


def _exercises(userinfo: Mapping[str, Any]) -> Iterator[tuple[Profession, Mapping[str, Any]]]:
    reference = userinfo.get("SubjectRefPro")
    for exercise in _objects(reference if isinstance(reference, Mapping) else {}, "exercices"):
        profession = DIRECTORY_PROFESSIONS.get(_text(exercise, "codeProfession"))
        if profession and _text(exercise, "codeCategorieProfessionnelle") != "E":  # students are nobody's
            yield profession, exercise


def _objects(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = holder.get(name)
    return [one for one in found[:_MOST] if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable() else ""

"""One row of the public extraction (`PS_LibreAcces_Personne_activite`): a professional at a workplace.

Columns are found by name, whatever their order. Of the fifty-six, these are kept; telephone, fax and e-mail
are not read at all. The postal address of a workplace is kept for the codes that are sent by post.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.vocabulary.intake import Why
from rempart.vocabulary.rpps import parse_rpps
from rempart.vocabulary.words import DIRECTORY_PROFESSIONS

COLUMNS = {
    "rpps": "Identifiant PP",
    "national_id": "Identification nationale PP",
    "civility": "Code civilité d'exercice",
    "civility_otherwise": "Code civilité",
    "family_name": "Nom d'exercice",
    "given_name": "Prénom d'exercice",
    "profession": "Code profession",
    "category": "Code catégorie professionnelle",
    "mode": "Code mode exercice",
    "siret": "Numéro SIRET site",
    "siren": "Numéro SIREN site",
    "finess": "Numéro FINESS site",
    "finess_legal": "Numéro FINESS établissement juridique",
    "technical_id": "Identifiant technique de la structure",
    "name": "Raison sociale site",
    "brand": "Enseigne commerciale site",
    "recipient": "Complément destinataire (coord. structure)",
    "building": "Complément point géographique (coord. structure)",
    "number": "Numéro Voie (coord. structure)",
    "repetition": "Indice répétition voie (coord. structure)",
    "street_kind": "Libellé type de voie (coord. structure)",
    "street": "Libellé Voie (coord. structure)",
    "box": "Mention distribution (coord. structure)",
    "cedex": "Bureau cedex (coord. structure)",
    "postcode": "Code postal (coord. structure)",
    "commune": "Libellé commune (coord. structure)",
    "department": "Code Département (structure)",
    "sector": "Code secteur d'activité",
}
"""Our name → the extraction's."""
_STUDENT = "E"
_CODE = re.compile(r"[0-9A-Z]{1,4}")
_POSTCODE = re.compile(r"[0-9][0-9AB][0-9]{3} +\S")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Professional:
    """Columns of `access_professional`."""

    rpps: str
    national_id: str
    civility: str
    family_name: str
    given_name: str
    profession: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Columns of `access_organisation`. `kind` is the extraction's code of the sector of activity."""

    technical_id: str
    name: str
    siret: str
    siren: str
    finess: str
    postcode: str
    commune: str
    department: str
    kind: str
    address: str
    """Lines of the postal address, the last with the postcode; empty when the extraction has no street."""


@dataclass(frozen=True, slots=True)
class Row:
    """A professional, and where they work if the row says so."""

    professional: Professional
    organisation: Organisation | None
    mode: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A row that is none of ours: a student, or a profession that has no access here."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A row that cannot be read: why, and the columns."""

    why: Why
    fields: tuple[str, ...] = ()


def places_of(header: Sequence[str]) -> dict[str, int]:
    """Our name → place in the row. Raises LookupError with the columns that are not there."""
    places = {name.strip(): place for place, name in enumerate(header)}
    absent = [column for column in COLUMNS.values() if column not in places]
    if absent:
        raise LookupError(", ".join(absent))
    return {name: places[column] for name, column in COLUMNS.items()}


def read_row(cells: Sequence[str], places: dict[str, int]) -> Row | Ignored | Unfit:
    """A row as values."""
    cell = {name: cells[place].strip() for name, place in places.items()}
    if cell["category"] == _STUDENT:
        return Ignored("student")
    profession = DIRECTORY_PROFESSIONS.get(cell["profession"])
    if profession is None:
        code = cell["profession"]
        return Ignored(f"profession {code if _CODE.fullmatch(code) else '?'}")
    if wrong := [name for name, text in cell.items() if len(text) > _LONGEST or not text.isprintable()]:
        return Unfit(Why.WRONG_TYPE, tuple(COLUMNS[name] for name in wrong))
    try:
        rpps = parse_rpps(cell["rpps"], check_key=False)
    except ValueError:
        return Unfit(Why.WRONG_TYPE, (COLUMNS["rpps"],))
    professional = Professional(
        rpps,
        cell["national_id"],
        cell["civility"] or cell["civility_otherwise"],
        cell["family_name"],
        cell["given_name"],
        profession.value,
    )
    return Row(professional, _organisation(cell), cell["mode"])


def _organisation(cell: dict[str, str]) -> Organisation | None:
    if not cell["technical_id"]:
        return None
    return Organisation(
        technical_id=cell["technical_id"],
        name=cell["name"] or cell["brand"],
        siret=cell["siret"],
        siren=cell["siren"],
        finess=cell["finess"] or cell["finess_legal"],
        postcode=cell["postcode"],
        commune=cell["commune"],
        department=cell["department"],
        kind=cell["sector"],
        address=_address(cell),
    )


def _address(cell: dict[str, str]) -> str:
    street = " ".join(cell[part] for part in ("number", "repetition", "street_kind", "street") if cell[part])
    cedex = cell["cedex"]
    place = cedex if _POSTCODE.match(cedex) else f"{cell['postcode']} {cedex or cell['commune']}".strip()
    where = [line for line in (cell["recipient"], cell["building"], street, cell["box"]) if line]
    return "\n".join([*where, place]) if (cell["street"] or cell["box"]) and _POSTCODE.match(place) else ""

"""Which professional of the directory Pro Santé Connect means, where they work, and their accounts there."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from rempart.access.models import Account, Organisation, Professional
from rempart.access.psc.claims import Claims, Workplace
from rempart.vocabulary.rpps import parse_rpps


class Unknown(StrEnum):
    """Why the directory does not bear out what was claimed: words of the journal."""

    NOBODY = "unknown_professional"
    INACTIVE = "inactive_professional"
    PROFESSION = "other_profession"
    STRUCTURE = "unknown_structure"


@dataclass(frozen=True, slots=True)
class Found:
    """A professional, where the directory and the claims agree that they work, and their accounts there."""

    professional: Professional
    organisations: tuple[Organisation, ...]
    accounts: tuple[Account, ...]


def who(claims: Claims) -> Found | Unknown:
    """Check number, profession and workplaces against the directory."""
    professional = _professional(claims.national_id)
    if professional is None:
        return Unknown.NOBODY
    if not professional.active:
        return Unknown.INACTIVE
    if professional.profession not in claims.professions:
        return Unknown.PROFESSION
    organisations = _organisations(professional, claims)
    if not organisations:
        return Unknown.STRUCTURE
    accounts = Account.objects.select_related("organisation", "professional").filter(
        professional=professional,
        profession=professional.profession,
        organisation__in=organisations,
        is_active=True,
    )
    return Found(professional, organisations, tuple(accounts.order_by("organisation__name", "login")))


def _professional(national_id: str) -> Professional | None:
    try:
        return Professional.objects.filter(rpps=parse_rpps(national_id)).first()
    except ValueError:
        # Not an RPPS (a test card): by the identifier as the directory writes it, if it is one person's.
        found = list(Professional.objects.filter(national_id=national_id)[:2])
        return found[0] if len(found) == 1 else None


def _organisations(professional: Professional, claims: Claims) -> tuple[Organisation, ...]:
    named = Q()
    for place in claims.workplaces:
        if place.profession == professional.profession:
            named |= _names(place)
    if not named:
        return ()
    found = Organisation.objects.filter(
        named,
        active=True,
        pk__in=professional.activity_set.filter(active=True, profession=professional.profession).values(
            "organisation_id"
        ),
    )
    return tuple(found.order_by("name", "technical_id"))


def _names(place: Workplace) -> Q:
    # The directory's own identifier is the surest; FINESS and SIRET stand in where it is not given.
    if place.technical_id:
        return Q(technical_id=place.technical_id)
    if place.finess:
        return Q(finess=place.finess)
    return Q(siret=place.siret) if place.siret else Q()

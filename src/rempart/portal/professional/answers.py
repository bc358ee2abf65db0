"""From the gate's reply to what a counter shows: words, shapes, amounts. Plain functions of values.

Every text is the page's own: the gate's `advice` is for software. An unknown reason falls back to it.
"""

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rempart.portal.shared import words
from rempart.portal.templatetags.rempart import clock, colon_mark, day, euros, moment
from rempart.vocabulary.words import Assurance, Reason


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the answer."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of equipment or ward: price, AMO, AMC, patient."""

    kind: str
    cells: tuple[tuple[str, str], ...]
    """Each payer's name, and the sum."""


@dataclass(frozen=True, slots=True)
class Table:
    """Sums by kind."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A payer's part of the price: where its bar begins, how wide it is, in percent."""

    payer: str
    label: str
    amount: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what of an example's price."""

    label: str
    price: str
    due: str
    """What the patient hands over: their own part, and the complementary one unless it is paid directly."""
    refunded: str
    """What of it the complementary insurer pays back; empty when it pays directly."""
    parts: tuple[Part, ...]
    later: str = ""

    @property
    def title(self) -> str:
        """The bar in words, for whoever does not see it."""
        return " ; ".join(f"{part.label} {part.amount}" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a reply: an answer, a challenge, or a refusal."""

    kind: str
    """`answer`, `challenge` or `refusal`."""
    look: str
    """`yes`, `no`, `unknown`, `hold` or `stop`: colour, and shape."""
    title: str
    text: str = ""
    reference: str = ""
    checked_at: str = ""
    day: str = ""
    """The day of the check, for paper."""
    proof: str = ""
    guaranteed: tuple[str, str, str] = ("", "", "")
    """Look, words, note."""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    split: Split | None = None
    ways: tuple[str, ...] = ()
    frees: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def copy(self) -> str:
        """The answer as plain text, without any name or number of the person."""
        lines = [f"{self.title} ({self.checked_at}, {self.reference})"]
        if self.guaranteed[1]:
            lines.append(" ".join(filter(None, self.guaranteed[1:])))
        lines += [f"{fact.label}{colon_mark()} {fact.value}" for fact in self.facts]
        if self.split:
            lines.append(f"{self.split.label}{colon_mark()} {self.split.title}")
        return "\n".join(lines)


def shown(status: int, body: dict[str, Any]) -> Shown:
    """The reply of a look-up, ready for the page."""
    if body.get("verdict") == "granted":
        return _answer(body)
    if body.get("verdict") == "challenged":
        return _challenge(body)
    return _refusal(status, body)


def unavailable() -> Shown:
    """The gate did not answer: nothing was disclosed."""
    return _refusal(503, {"reason": Reason.UNAVAILABLE})


# Answers -----------------------------------------------------------------------------------------


def _answer(body: dict[str, Any]) -> Shown:
    answer = body["answer"]
    state = str(answer.get("rights"))
    look = state if state in {"yes", "no"} else "unknown"
    text = ""
    if look == "unknown":
        text = _(
            "Inconnu ne veut pas dire non : la caisse n’a rien transmis. Une attestation récente fait foi."
        )
    return Shown(
        kind="answer",
        look=look,
        title=words.word(words.RIGHTS, look),
        text=text,
        reference=body.get("reference", ""),
        checked_at=clock(body.get("checked_at")),
        day=day(moment(body.get("checked_at"))),
        proof=words.word(words.PROOFS, body.get("proof")),
        guaranteed=_guaranteed(answer.get("guaranteed") or {}, look),
        facts=tuple(_facts(answer)),
        tables=_tables(answer),
        split=_split(answer.get("example"), answer.get("third_party") or {}),
        extra={"act": words.word(words.ACTS, answer.get("act_family")), "as_of": answer.get("as_of")},
    )


def _guaranteed(found: dict[str, Any], rights: str) -> tuple[str, str, str]:
    answer = found.get("answer")
    if answer == "yes":
        until = found.get("until")
        note = _("jusqu’au %(day)s") % {"day": day(until)} if until else ""
        return "yes", _("Paiement garanti"), note
    if answer == "until":
        return "until", _("Paiement garanti jusqu’au %(day)s") % {"day": day(found.get("until"))}, ""
    if answer == "no":
        return "no", _("Paiement non garanti"), words.word(words.NOT_GUARANTEED, rights)
    return "unknown", _("Garantie de paiement inconnue"), ""


def _facts(answer: dict[str, Any]) -> list[Fact]:
    found = [_amo(answer), *_third_party(answer.get("third_party") or {})]
    found += _exonerations(answer)
    found += _by_profession(answer)
    if answer.get("valid_until"):
        found.append(Fact(_("Réponse valable jusqu’au"), day(answer["valid_until"])))
    return found


def _amo(answer: dict[str, Any]) -> Fact:
    rate = answer.get("amo_rate")
    value = _("selon l’acte") if rate is None else _("%(rate)s %% de la base") % {"rate": rate}
    return Fact(_("Part obligatoire"), value)


def _third_party(found: dict[str, Any]) -> list[Fact]:
    accepted = found.get("accepted")
    if accepted == "yes":
        value = _("oui")
    elif accepted == "no":
        value = _("non")
    else:
        value = _("inconnu")
    parts = []
    if found.get("convention"):
        parts.append(_("convention %(code)s") % {"code": found["convention"]})
    if found.get("routing"):
        parts.append(_("routage %(code)s") % {"code": found["routing"]})
    return [Fact(_("Tiers payant complémentaire"), value, ", ".join(parts))]


def _exonerations(answer: dict[str, Any]) -> list[Fact]:
    flags = (
        ("exoneration", _("Exonération (longue maladie)"), _("oui, pour les soins liés"), _("aucune")),
        ("c2s", _("Complémentaire santé solidaire"), _("oui"), _("non")),
        ("c2s_basket", _("Complémentaire santé solidaire"), _("oui : panier sans reste à payer"), _("non")),
        ("ame", _("Aide médicale de l’État"), _("oui"), _("non")),
        ("declared_doctor", _("Médecin traitant"), _("c’est vous"), _("ce n’est pas vous, ou pas déclaré")),
    )
    return [Fact(label, _flag(answer[key], yes, no)) for key, label, yes, no in flags if key in answer]


def _flag(value: bool | None, yes: str, no: str) -> str:  # noqa: FBT001  # it is the value that is shown
    """Unknown is a third answer: never shown as no."""
    if value is None:
        return _("inconnu")
    return yes if value else no


def _by_profession(answer: dict[str, Any]) -> list[Fact]:
    found = []
    if "renewal_from" in answer:
        since = answer["renewal_from"]
        value = (
            _("à partir du %(day)s") % {"day": day(since)} if since else _("aucun équipement antérieur connu")
        )
        found.append(Fact(_("Renouvellement des lunettes"), value))
    if "scheme" in answer:
        value = f"{answer.get('scheme') or '–'} / {answer.get('fund') or '–'}"
        found.append(Fact(_("Régime / caisse"), value))
    if "policyholder_number" in answer:
        found.append(Fact(_("Numéro de l’ouvrant droit"), _spaced(answer["policyholder_number"])))
    return found


def _spaced(number: str) -> str:
    cuts = (0, 1, 3, 5, 7, 10, 13)
    return " ".join(number[a:b] for a, b in itertools.pairwise(cuts))


def _tables(answer: dict[str, Any]) -> tuple[Table, ...]:
    titles = (
        ("class_a", _("Lunettes de classe A (100 % Santé)")),
        ("class_b", _("Lunettes de classe B, à un prix d’exemple")),
        ("daily_charge", _("Forfait hospitalier, par jour")),
    )
    return tuple(
        Table(title, tuple(_row(kind, sums) for kind, sums in answer[key].items()))
        for key, title in titles
        if answer.get(key)
    )


def _row(kind: str, sums: dict[str, str]) -> Row:
    names = {"price": _("Prix"), "amo": "AMO", "amc": "AMC", "patient": _("Patient")}
    cells = tuple((name, euros(sums[payer])) for payer, name in names.items())
    return Row(words.word(words.KINDS, kind), cells)


def _split(example: dict[str, Any] | None, third_party: dict[str, Any]) -> Split | None:
    if not example:
        return None
    price = Decimal(str(example["price"]))
    parts, start = [], 0.0
    for payer, label in (
        ("amo", _("Part obligatoire")),
        ("amc", _("Part complémentaire")),
        ("patient", _("Patient")),
    ):
        amount = Decimal(str(example.get(payer) or "0"))
        width = float(round(100 * amount / price, 2)) if price else 0.0
        parts.append(Part("self" if payer == "patient" else payer, label, euros(amount), start, width))
        start = round(start + width, 2)
    later = Decimal(str(example.get("later") or "0"))
    paid_directly = third_party.get("accepted") == "yes"
    advanced = Decimal(0) if paid_directly else Decimal(str(example.get("amc") or "0"))
    return Split(
        label=_(str(example["label"])),
        price=euros(price),
        due=euros(Decimal(str(example.get("patient") or "0")) + advanced),
        refunded=euros(advanced) if advanced else "",
        parts=tuple(parts),
        later=euros(later) if later else "",
    )


# Challenges and refusals -------------------------------------------------------------------------


def _challenge(body: dict[str, Any]) -> Shown:
    reason = str(body.get("reason"))
    title, text = _explained(reason, body)
    ways = tuple(body.get("how") or ())
    extra: dict[str, Any] = {"held": _held(body), "level": _OWN_PROOF.get(reason, 0)}
    if extra["held"]:
        ways += ("call",)
    if reason == Reason.ASSURANCE:
        by_card = "professional_card" in ways
        extra["level"] = Assurance.CARD if by_card else Assurance.SECOND_FACTOR
        if by_card:
            title, text = (str(one) for one in words.BY_CARD_ONLY)
    return Shown(
        kind="challenge",
        look="hold",
        title=title,
        text=text,
        reference=body.get("reference", ""),
        ways=ways,
        extra=extra,
    )


def _refusal(status: int, body: dict[str, Any]) -> Shown:
    reason = str(body.get("reason"))
    title, text = _explained(reason, body)
    return Shown(
        kind="refusal",
        look="unknown" if reason == Reason.NOT_FOUND else "stop",
        title=title,
        text=text,
        reference=body.get("reference", ""),
        ways=tuple(body.get("how") or _calls(reason)),
        frees="" if reason == Reason.CLOSED else frees_at(body.get("retry_after")),
        extra={
            "status": status,
            "again": reason in {Reason.UNAVAILABLE, Reason.NOT_FOUND, Reason.CLOSED},
            "held": _held(body),
        },
    )


def _held(body: dict[str, Any]) -> dict[str, Any] | None:
    """The restriction that decided, for the page; whose it is says whether it can be contested."""
    found: dict[str, Any] | None = body.get("restriction")
    if not found:
        return None
    moments = {name: moment(found[name]) for name in ("since", "until", "reopens_at")}
    return found | moments | {"own": found["scope"] in {"account", "organisation", "session"}}


def _calls(reason: str) -> tuple[str, ...]:
    if reason in {Reason.PROOF_STALE, Reason.PROOF_REPLAYED, Reason.PROOF_FORGED, Reason.PROOF_TERMINAL}:
        return ("card", "present") if reason != Reason.PROOF_TERMINAL else ("present", "call")
    return ("call",) if reason in {Reason.FROZEN, Reason.PURPOSE, Reason.CLOSED} else ()


_OWN_PROOF: dict[str, int] = {
    Reason.STEP_UP: Assurance.SECOND_FACTOR,
    Reason.CARD_REQUIRED: Assurance.CARD,
}
"""Reason → the level of the account's own proof that ends the challenge, where it has one."""
_OF_THE_ACCOUNT = frozenset({"passkey", "second_factor", "professional_card", "pro_sante_connect"})


def frees_at(seconds: Any) -> str:
    """When a limit frees, in words: `à 14:05`, or `le 25 novembre à 08:00`; empty when unknown."""
    if not isinstance(seconds, int | float) or seconds <= 0:
        return ""
    # Rounded up to the minute: coming back at that minute must work.
    at = timezone.localtime(timezone.now() + timedelta(seconds=float(seconds) + 59))
    if at.date() == timezone.localdate():
        return _("à %(hour)s") % {"hour": at.strftime("%H:%M")}
    return _("le %(day)s à %(hour)s") % {"day": day(at.date().isoformat()), "hour": at.strftime("%H:%M")}


def _explained(reason: str, body: dict[str, Any]) -> tuple[str, str]:
    title = words.word(words.WHAT_HAPPENED, reason)
    text = words.word(words.WHAT_TO_DO, reason)
    if title == reason:
        return words.word(words.VERDICTS, body.get("verdict")), str(body.get("advice", ""))
    return title, text


def level_of(shown: Shown) -> int:
    """The level that a challenge asks of its reader; 0: it asks something else."""
    return int(shown.extra.get("level", 0))


def with_ways(shown: Shown, real: tuple[str, ...]) -> Shown:
    """The same challenge, with the ways that this account really has; with none of them, whom to call."""
    ways = tuple(way for way in real if way in shown.ways)
    ways += tuple(way for way in shown.ways if way not in _OF_THE_ACCOUNT)
    return replace(shown, ways=ways or ("call",))


def meter_of(meters: list[dict[str, Any]], meter: str, window: str) -> dict[str, Any] | None:
    """One of the account's own meters."""
    for found in meters:
        if (found["meter"], found["window"], found["scope"]) == (meter, window, "account"):
            return found
    return None


def moment_of(meter: dict[str, Any]) -> str:
    """When a full window frees, in words."""
    at = moment(meter.get("frees_at"))
    if at is None:
        return ""
    return frees_at(max(1, (at - timezone.now()).total_seconds()))

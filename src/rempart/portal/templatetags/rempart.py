"""Tags and filters of the pages: icons, money, hours, bars. Nothing here asks a database."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rempart.portal.shared import words
from rempart.vocabulary.words import Scope

register = template.Library()

_TABLES = {
    "profession": words.PROFESSIONS,
    "act": words.ACTS,
    "purpose": words.PURPOSES,
    "verdict": words.VERDICTS,
    "proof": words.PROOFS,
    "meter": words.METERS,
    "window": words.WINDOWS,
    "scope": words.SCOPES,
    "restriction": words.RESTRICTIONS,
    "closed": words.CLOSED,
    "reason": words.REASONS,
    "channel": words.CHANNELS,
    "present": words.PRESENT_REASONS,
    "spent_on": words.SPENT_ON,
    "card_reason": words.CARD_REASONS,
    "call": words.CALLS,
    "contact": words.CONTACTS,
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of the sprite; with `label` it speaks, without it is decoration."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, _symbol(name)
        )
    return _decoration(name)


def _symbol(name: str) -> str:
    return f"{static('rempart/icons.svg')}#{name}"


@lru_cache
def _decoration(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', _symbol(name))


@register.simple_tag(name="colon")
def colon_mark() -> str:
    """A colon as the page's language sets it: after a no-break space in French, alone in English."""
    return "\u00a0:" if (get_language() or "fr").startswith("fr") else ":"


@register.filter
def say(key: object, table: str) -> str:
    """The word of `table` for a machine word: `{{ reason|say:"reason" }}`."""
    return words.word(_TABLES[table], key)


@register.filter
def look(verdict: str) -> str:
    """Shape and colour of a verdict."""
    return words.VERDICT_LOOKS.get(verdict, "unknown")


@register.filter
def euros(amount: object) -> str:
    """`"21.00"` → `21,00 €`; what is no amount is left as it came."""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    return f"{number_format(value, 2, use_l10n=True, force_grouping=True)}\u00a0€"


def moment(value: object) -> datetime | None:
    """A local datetime from a datetime or ISO text."""
    found = value if isinstance(value, datetime) else parse_datetime(str(value or ""))
    return timezone.localtime(found) if found and timezone.is_aware(found) else found


@register.filter
def clock(value: object) -> str:
    """The hour, to the second: when something was checked."""
    at = moment(value)
    return at.strftime("%H:%M:%S") if at else ""


@register.filter
def when(value: object) -> str:
    """Today's hour, or the day and the hour."""
    at = moment(value)
    if at is None:
        return ""
    today = timezone.localtime()
    if at.date() == today.date():
        return _("aujourd'hui à %(hour)s") % {"hour": at.strftime("%H:%M")}
    return _("le %(day)s à %(hour)s") % {"day": date_format(at, "j F"), "hour": at.strftime("%H:%M")}


@register.filter
def day(value: object) -> str:
    """A date in words from a date or ISO text."""
    found = parse_date(str(value)[:10]) if value else None
    return _in_words(found, get_language()) if found else str(value or "")


@lru_cache(1024)
def _in_words(found: date, _language: str | None) -> str:
    return date_format(found, "j F Y")


@register.inclusion_tag("shared/bar.html")
def bar(spent: int, limit: int, label: str) -> dict[str, object]:
    """A bar of how much of a limit is spent. Width by attribute: no inline style."""
    part = min(100, round(100 * spent / limit)) if limit else 100
    state = "full" if spent >= limit else "near" if part >= 75 else ""  # noqa: PLR2004  # three quarters
    return {"part": part, "state": state, "label": label, "spent": spent, "limit": limit}


@register.filter
def sheets(names: str) -> list[str]:
    """Paths of our style sheets, in the order of their names."""
    return [f"rempart/{name}.css" for name in names.split()]


@register.filter
def prefixed(language: str | None, prefix: str) -> str:
    """`true` or `false`, as ARIA writes it: whether the page is in that language."""
    return "true" if (language or "fr").startswith(prefix) else "false"


@register.filter
def safe_svg(drawing: object) -> SafeString:
    """The drawing of a QR code, as the sign-in library made it from its own secret."""
    text = str(drawing or "")
    # Drawn by qrcode for this page alone; the declaration has no place inside a page.
    return mark_safe(text[text.find("<svg") :]) if "<svg" in text else mark_safe("")  # noqa: S308


@register.filter
def plain(number: object) -> str:
    """A number as SVG wants it, whatever the language: 12.5, never 12,5."""
    return str(number)


@register.filter
def when_day(value: object) -> str:
    """The day of an entry, when it is not today."""
    at = moment(value)
    return "" if at is None or at.date() == timezone.localdate() else date_format(at, "j F")


@register.filter
def event(tag: str) -> str:
    """What a journal tag that is no look-up says, in words."""
    return words.word(words.EVENTS, tag)


@register.filter
def scope_word(scope: int) -> str:
    """A scope's number in words."""
    return words.word(words.SCOPES, Scope(scope).name.lower())


@register.filter
def coded(reason: str) -> str:
    """A restriction's reason: `code: sentence`, the code in words; a bare sentence as it is."""
    code, colon, sentence = reason.partition(": ")
    known = words.RESTRICTION_REASONS.get(code)
    return f"{known}{colon_mark()} {sentence}" if colon and known else reason


@register.filter
def by(author: str) -> str:
    """Who set or lifted a restriction: the login of a person, or the detectors."""
    return _("la détection automatique") if author == "detector" else author


@register.filter
def exactly(value: object) -> str:
    """The day and the second."""
    at = moment(value)
    return f"{date_format(at, 'j F Y')}, {at:%H:%M:%S}" if at else ""


@register.filter
def grouped(number: object) -> str:
    """Thousands apart: 114 000."""
    return number_format(number, 0, use_l10n=True, force_grouping=True) if isinstance(number, int) else "–"


@register.filter
def ready(field: BoundField) -> BoundField:
    """A form field as our pages show it: no placeholder in place of a label, errors tied to the field."""
    attributes = field.field.widget.attrs
    attributes.pop("placeholder", None)
    if field.name == "code":
        attributes |= {"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code"}
    if field.errors:
        attributes |= {"aria-describedby": f"{field.id_for_label}_wrong", "aria-invalid": "true"}
    return field


@register.filter
def with_code(text: str) -> SafeString:
    """Plain words in which `something` stands for code: escaped, and shown as code."""
    forms = ("{}", "<code>{}</code>")
    pieces = [format_html(forms[place % 2], piece) for place, piece in enumerate(str(text).split("`"))]
    return format_html_join("", "{}", ((piece,) for piece in pieces))

"""Who may open a page. Closed by default: a view that says nothing is open to nobody.

    @public                         anyone, signed in or not
    @own_account_only               a signed-in account, even with its password alone
    @fresh                          above one of those below: what loosens; a strong factor minutes ago
    @signed_in                      any account whose second factor passed
    @professional                   the same, but health professionals only
    @role(Profession.OPERATOR, …)   the same, but these professions only

`ClosedByDefault` (middleware.py) enforces it before the view runs; a test walks every URL as an
outsider, as a half signed-in account and as each wrong role. Views that are not ours are marked where
they are mounted: `path("sign-in/", public(views.login), …)`. On a class: `@method_decorator(role(…),
name="dispatch")`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar, cast

from rempart.vocabulary.words import STAFF, Assurance, Profession

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Door:
    """What a page asks of who opens it."""

    assurance: int
    """0 nobody need be signed in, 1 password, 2 second factor."""
    professions: frozenset[Profession] | None = None
    """None: any."""
    keeps_awake: bool = True
    """False for a page that refreshes itself: it must not keep an unattended session alive."""
    resumes: bool = False
    """True where what was posted is kept while its sender steps up, and goes on afterwards (`resume.py`)."""
    fresh: bool = False
    """True for what loosens: a strong factor was given in this session within the last ten minutes."""
    before_renewal: bool = False
    """True for the few pages that an account opens whose password must be renewed (`renewal.py`)."""


def public(view: View) -> View:
    """Anyone may open it: it shows nothing about anybody."""
    return _with_door(view, Door(0))


def own_account_only(view: View) -> View:
    """A signed-in account may open it with its password alone: it concerns that account only."""
    return _with_door(view, Door(Assurance.PASSWORD))


def signed_in(view: View) -> View:
    """Any account whose second factor passed may open it."""
    return _with_door(view, Door(Assurance.SECOND_FACTOR))


def role(*professions: Profession) -> Callable[[View], View]:
    """Only accounts of these professions, their second factor passed, may open it."""
    if not professions:
        raise TypeError("name at least one profession; @signed_in is for all")

    def decorate(view: View) -> View:
        return _with_door(view, Door(Assurance.SECOND_FACTOR, frozenset(professions)))

    return decorate


professional = role(*(word for word in Profession if word not in STAFF))
"""Only health professionals (and the hospital's admission desk) may open it."""


def passive(view: View) -> View:
    """Below one of the others: the page refreshes itself, so opening it is no sign of life."""
    door = door_of(view)
    if door is None:
        raise TypeError("say first who may open it")
    return _with_door(view, replace(door, keeps_awake=False))


def resumes(view: View) -> View:
    """Below one of the others: what is posted here at too low a level goes on after stepping up."""
    door = door_of(view)
    if door is None:
        raise TypeError("say first who may open it")
    return _with_door(view, replace(door, resumes=True))


def fresh(view: View) -> View:
    """Below one of the others: it loosens something, so a strong factor of the last ten minutes opens it."""
    door = door_of(view)
    if door is None:
        raise TypeError("say first who may open it")
    return _with_door(view, replace(door, fresh=True))


def before_renewal(view: View) -> View:
    """Below one of the others: a leaked password alone may open it; it must change nothing else."""
    door = door_of(view)
    if door is None:
        raise TypeError("say first who may open it")
    return _with_door(view, replace(door, before_renewal=True))


def door_of(view: Callable[..., Any]) -> Door | None:
    """What the view asks, or None when it says nothing: then nobody may open it."""
    return getattr(view, "rempart_door", None)


def _with_door(view: View, door: Door) -> View:
    # A wrapper of its own: another library's view may be mounted elsewhere under another door.
    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    opened.rempart_door = door  # type: ignore[attr-defined]
    return cast("View", opened)

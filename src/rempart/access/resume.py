"""What was asked is kept while its asker steps up, and goes on afterwards: exactly that, exactly once.

It lies in the session, whose contents are sealed, for five minutes, for this account and this page. It goes
on only after a fresh proof: coming back without one, or later, forgets it.
"""

import time
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from rempart.vocabulary.words import Assurance

_KEPT = "kept"
LIFE = 300


def keep(request: HttpRequest, posted: Mapping[str, str], level: int = Assurance.SECOND_FACTOR) -> None:
    """Keep what was posted to this page, until a proof worth `level` is given."""
    request.session[_KEPT] = {
        "path": request.path,
        "account": request.user.pk,
        "form": {name: value for name, value in posted.items() if name != "csrfmiddlewaretoken"},
        "level": int(level),
        "until": time.time() + LIFE,
        "proved": False,
    }


def proved(request: HttpRequest) -> None:
    """A fresh proof was given: the next visit of the page goes on with what was kept."""
    if kept := _kept(request):
        request.session[_KEPT] = kept | {"proved": True}


def take(request: HttpRequest) -> dict[str, str] | None:
    """What goes on now, once; None when nothing was kept, or nothing was proved since."""
    kept = _kept(request)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[_KEPT]
    form: dict[str, str] | None = kept["form"] if kept["proved"] else None
    return form


def place(request: HttpRequest) -> str:
    """The page that goes on afterwards; empty when nothing is kept."""
    kept = _kept(request)
    return str(kept["path"]) if kept else ""


def level(request: HttpRequest) -> int:
    """The level that the kept question needs; 2 when nothing is kept."""
    kept = _kept(request)
    return int(kept["level"]) if kept else int(Assurance.SECOND_FACTOR)


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(_KEPT)
    if kept is None:
        return None
    if time.time() > kept["until"] or kept["account"] != request.user.pk:
        del request.session[_KEPT]
        return None
    return kept

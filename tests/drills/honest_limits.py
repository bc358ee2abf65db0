"""An oracle of the published budgets: exact sliding windows over a planned stream, the breaker aside."""

import re
from collections import Counter, OrderedDict, defaultdict
from functools import cache
from importlib.resources import files

from rempart.drills.honest.assumptions import PROFESSIONS

WINDOWS = (60, 3600, 86400, 30 * 86400)
UNPROVEN, CARD, PRESENT, KNOWN = range(4)
ACCOUNT, ORGANISATION, NETWORK = 1, 2, 3


@cache
def _published():
    """(scope, profession or *, meter) → amounts, as the installation ships them."""
    sql = (files("rempart") / "gate" / "sql" / "80_defaults.sql").read_text()
    unproven = re.findall(r"\('(\w+)', '\{([\d,]+)\}'", sql)
    anybody = re.findall(r"\((\d), '\*', (\d), +'\{([\d,]+)\}'\)", sql)
    found = {(ACCOUNT, profession, UNPROVEN): amounts for profession, amounts in unproven}
    found |= {(int(scope), "*", int(meter)): amounts for scope, meter, amounts in anybody}
    return {key: tuple(int(amount) for amount in text.split(",")) for key, text in found.items()}


def limits(scope, profession, meter):
    if meter in (CARD, PRESENT) or scope == NETWORK:
        return _published().get((scope, "*", UNPROVEN if scope == NETWORK else meter))
    teams = (10 if profession == "hospital_desk" else 3) if scope == ORGANISATION else 1
    times = teams * (2 if meter == KNOWN else 1)
    return tuple(amount * times for amount in _published()[ACCOUNT, profession, UNPROVEN])


@cache
def _relations(plan):
    return frozenset(map(tuple, plan.panels.relations().tolist()))


def over(plan, asks):
    """How many questions would have met a limit, by (scope, profession, meter, window)."""
    known = set(_relations(plan))
    seen = defaultdict(lambda: [OrderedDict() for _ in WINDOWS])
    found, keys = Counter(), set()
    columns = ("at", "account", "organisation", "network", "person", "miss", "proof", "repeat")
    for at, account, organisation, network, person, miss, proof, repeat in zip(
        *(asks[column].tolist() for column in columns), strict=True
    ):
        if repeat and repeat in keys:
            continue
        keys.add(repeat)
        who = person if person >= 0 else miss
        meter = KNOWN if proof == UNPROVEN and (organisation, who) in known else proof
        if meter == CARD:
            known.add((organisation, who))
        profession = PROFESSIONS[plan.cast.profession[account]].value
        scopes = [(ACCOUNT, account), (ORGANISATION, organisation)]
        if proof == UNPROVEN and not plan.cast.organisations.hospital[organisation]:
            scopes.append((NETWORK, network))
        for scope, which in scopes:
            counted = UNPROVEN if scope == NETWORK else meter
            amounts = limits(scope, profession, meter)
            if met := _spend(seen[scope, which, counted], at / 1e6, who, amounts):
                found[scope, profession, meter, met] += 1
                break
    return found


def _spend(windows, at, person, amounts):
    """The window whose limit this question meets, if it does; else it is counted in all."""
    for window, length in zip(windows, WINDOWS, strict=True):
        while window and next(iter(window.values())) < at - length:
            window.popitem(last=False)
    for window, length, amount in zip(windows, WINDOWS, amounts, strict=True):
        if person not in window and len(window) >= amount:
            return length
    for window in windows:
        window[person] = at
        window.move_to_end(person)
    return None

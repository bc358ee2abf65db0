"""Many clients at once, hopping between accounts' tokens and sessions; then the journal is recomputed.

Each entry, in the order in which it was decided, is put before the slow and obvious oracle: none may be
granted that the oracle refuses (over), none refused that it grants (under).
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from rempart.gate.client import Caller, Client, Credential
from tests.gate.house import Account, House, Person
from tests.gate.oracle import Oracle

CLIENTS, EACH = 64, 40
OF_ACCOUNT, OF_ORGANISATION = (25, 30, 1000, 1000), (60, 80, 1000, 1000)
ROWS = "profession = 'nurse' and meter = 0 and scope"


@pytest.fixture
def narrow(house: House) -> Iterator[None]:
    """Limits of which each is met: an organisation's four accounts want more than it may have."""
    before = house.owner.execute(
        f"select scope, amounts from gate.limit_row where {ROWS} in (1, 2)"
    ).fetchall()
    for scope, amounts in ((1, OF_ACCOUNT), (2, OF_ORGANISATION)):
        house.owner.execute(
            f"update gate.limit_row set amounts = %s where {ROWS} = %s", (list(amounts), scope)
        )
    yield
    for scope, amounts in before:
        house.owner.execute(f"update gate.limit_row set amounts = %s where {ROWS} = %s", (amounts, scope))


@dataclass(frozen=True)
class Told:
    account: int
    verdict: str
    reason: str | None
    reference: str


def clients_hop(house: House, accounts: list[Account], people: list[Person]) -> list[Told]:
    tokens = [(a.id, token) for a in accounts for token in (a.token, house.token(a.id), house.token(a.id))]
    sessions = [(a.id, house.session(a.id)) for a in accounts for _ in range(2)]
    pages = Client(house.socket)

    def client(number: int) -> list[Told]:
        chance, told = random.Random(number), []
        with httpx.Client(base_url=house.url, timeout=30) as software:
            for turn in range(EACH):
                request = chance.choice(people).ask()
                if chance.random() < 0.1:
                    request["birth_date"] = f"18{80 + number % 20}-01-{1 + turn % 28:02d}"  # nobody
                if chance.random() < 0.4:
                    account, secret = chance.choice(sessions)
                    caller = Caller(Credential("session", secret), f"192.0.2.{number}")
                    body: dict[str, Any] = pages.look_up(caller, request).body
                else:
                    account, secret = chance.choice(tokens)
                    headers = {"Authorization": f"Bearer {secret}"}
                    body = software.post("/api/v1/lookups", json=request, headers=headers).json()
                told.append(Told(account, body["verdict"], body.get("reason"), body["reference"]))
        return told

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [one for answers in pool.map(client, range(CLIENTS)) for one in answers]


def test_the_history_of_64_clients_is_the_oracles(house: House, narrow: None) -> None:
    organisations = [house.organisation() for _ in range(4)]
    accounts = [house.account("nurse", organisation=organisations[n % 4]) for n in range(16)]
    people = [house.person() for _ in range(150)]
    told = clients_hop(house, accounts, people)
    assert len(told) == CLIENTS * EACH
    entries = house.owner.execute(
        "select request, account, organisation, person, extract(epoch from at)::bigint, verdict, reason, rule"
        " from journal.entry where account = any(%s) and tag <> 'gate:lookup:refusals' order by seq",
        ([account.id for account in accounts],),
    ).fetchall()
    over, under = _judged(entries)
    assert (over, under) == ([], [])

    # What the clients were told is what stands there, and what they were not told was not disclosed.
    written = {
        request: (account, verdict, reason) for request, account, _, _, _, verdict, reason, _ in entries
    }
    for one in told:
        if one.verdict == "granted" or one.reason == "not_found":
            assert written[one.reference] == (one.account, one.verdict, one.reason)
    granted = {request for request, (_, verdict, _) in written.items() if verdict == "granted"}
    assert granted == {one.reference for one in told if one.verdict == "granted"}

    # The story was worth telling: both limits were met, by hits and by misses.
    reasons = {(one.verdict, one.reason) for one in told}
    assert reasons >= {
        ("granted", None),
        ("refused", "not_found"),
        ("refused", "limit_account"),
        ("refused", "limit_organisation"),
    }


def _judged(entries: list[Any]) -> tuple[list[str], list[str]]:
    of_account: dict[int, Oracle] = defaultdict(lambda: Oracle(OF_ACCOUNT))
    of_organisation: dict[int, Oracle] = defaultdict(lambda: Oracle(OF_ORGANISATION))
    over, under = [], []
    for request, account, organisation, person, now, _verdict, reason, rule in entries:
        first, second = of_account[account], of_organisation[organisation]
        fits = first.fits(person, now), second.fits(person, now)
        if reason in {"limit_account", "limit_organisation"}:
            # The rule names the meter that was full: the account's is asked first.
            expected = (False,) if rule.startswith("limit:1:") else (True, False)
            if fits[: len(expected)] != expected:
                under.append(request)
        elif fits == (True, True):
            first.put(person, now)
            second.put(person, now)
        else:
            over.append(request)
    return over, under


def test_the_judge_itself_sees_what_is_over_and_what_is_under() -> None:
    def entry(person: int, reason: str | None = None, rule: str = "") -> tuple[Any, ...]:
        return (f"R-{person}-{reason}", 1, 1, person, 1_800_000_000, "", reason, rule)

    full = [entry(person) for person in range(25)]
    assert _judged(full) == ([], [])
    assert _judged([*full, entry(25)])[0] == ["R-25-None"]
    assert _judged([*full, entry(25, "limit_account", "limit:1:0:0:25")]) == ([], [])
    assert _judged([*full[:24], entry(25, "limit_account", "limit:1:0:0:25")])[1] == ["R-25-limit_account"]
    assert _judged([*full, entry(3)]) == ([], []), "the same person again is free"


# --------------------------------------------------------------------------------- one account, one budget


def test_tokens_and_sessions_of_an_account_share_one_budget(house: House) -> None:
    account, pages = house.account("optician"), Client(house.socket)
    doors = [
        lambda ask: house.look_up(account, ask).json(),
        lambda ask: house.look_up(house.token(account.id), ask).json(),
        lambda ask: (
            pages.look_up(Caller(Credential("session", house.session(account.id)), "192.0.2.5"), ask).body
        ),
        lambda ask: (
            pages.look_up(Caller(Credential("token", account.token), "2001:db8::5", "autre"), ask).body
        ),
    ]
    spent = [doors[turn % 4](house.person().ask()).get("left", {}).get("spent") for turn in range(5)]
    assert spent == [1, 2, 3, 4, 5]
    for door in doors:
        assert door(house.person().ask())["reason"] == "limit_account"


def test_moving_to_another_organisation_or_profession_resets_nothing(house: House) -> None:
    account = house.account("optician")
    for _ in range(5):
        assert house.look_up(account, house.person().ask()).status_code == 200
    house.owner.execute(
        "update access.access_account set organisation_id = %s where id = %s",
        (house.organisation(), account.id),
    )
    assert house.look_up(account, house.person().ask()).json()["reason"] == "limit_account"
    house.owner.execute(
        "update access.access_account set profession = 'podiatrist' where id = %s", (account.id,)
    )
    assert house.look_up(account, house.person().ask()).json()["reason"] == "limit_account"


def test_accounts_of_an_organisation_share_its_budget(house: House) -> None:
    organisation = house.organisation()
    accounts = [house.account("optician", organisation=organisation) for _ in range(4)]
    replies = [house.look_up(account, house.person().ask()).json() for account in accounts for _ in range(5)]
    assert [body["verdict"] for body in replies].count("granted") == 15
    assert {body.get("reason") for body in replies} == {None, "limit_organisation"}


def test_an_account_without_organisation_has_one_of_its_own(house: House) -> None:
    """Nobody's organisation is nobody else's: its budget is the account's, under a number of its own."""
    accounts = [house.account("optician") for _ in range(4)]
    for account in accounts:
        house.owner.execute(
            "update access.access_account set organisation_id = null where id = %s", (account.id,)
        )
    for account in accounts:
        replies = [house.look_up(account, house.person().ask()).status_code for _ in range(6)]
        assert replies == [200] * 5 + [429]


def test_hits_and_misses_spend_from_one_budget(house: House) -> None:
    account = house.account("optician")
    asks = [
        house.person().ask() if n % 2 else house.person().ask(birth_date=f"1880-01-{n + 1:02d}")
        for n in range(7)
    ]
    statuses = [house.look_up(account, ask).status_code for ask in asks]
    assert statuses == [403, 200, 403, 200, 403, 429, 429]


def test_the_same_nobody_again_is_free_like_somebody(house: House) -> None:
    account, nobody = house.account("optician"), house.person().ask(birth_date="1880-05-05")
    for _ in range(8):
        house.look_up(account, nobody)
    assert [entry["cost"] for entry in house.entries(account)] == [1, *[0] * 7]


def test_wider_answers_spend_a_smaller_budget_besides(house: House) -> None:
    """A desk's 300 wide ones a day are its own; the everyday 600 are spent by both."""
    desk = house.account("hospital_desk")
    for _ in range(10):
        assert house.look_up(desk, house.person().ask(purpose="admission")).status_code == 200
    wide = house.look_up(desk, house.person().ask(purpose="admission")).json()
    assert (wide["limit"]["meter"], wide["limit"]["limit"]) == ("wide", 10)
    everyday = house.look_up(desk, house.person().ask()).json()
    assert (everyday["verdict"], everyday["left"]["spent"]) == ("granted", 11)

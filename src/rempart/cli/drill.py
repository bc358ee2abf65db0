"""`rempart drill`: replay the attacks against the running demonstration, and print what they got."""

import asyncio
import json as jsons
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter, validators
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from rempart.cli import demo, demo_cards, drill_decoys, drill_live, drill_sign_in, screen
from rempart.cli.demo_cards import Card
from rempart.cli.drill_compare import Counterfactual, without_a_gate
from rempart.cli.options import DATA, Data, Json
from rempart.drills import browser, findings, ledger, replay_2022, replay_2024, target
from rempart.drills import race as races
from rempart.drills.clock import Clock
from rempart.drills.findings import Comparison, Findings
from rempart.drills.judge import Before, judge, missing
from rempart.drills.rules import bars
from rempart.drills.rules.bound import limit_of
from rempart.drills.rules.limiter import PACE
from rempart.drills.tally import Person, Tally
from rempart.drills.target import Target, Victim
from rempart.drills.wire import Wire
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Meter, Window

app = App(
    name="drill",
    help="Attacks replayed against the running demonstration, judged on the attacker's own list.",
)

drill_sign_in.register(app)
drill_decoys.register(app)
drill_live.register(app)

Seconds = Annotated[
    float,
    Parameter(
        validator=validators.Number(gt=0, lte=86_400),
        help="How long the attacker goes on; an hour's limits are reached after about five minutes.",
    ),
]
Compare = Annotated[
    bool,
    Parameter(
        negative="",
        help="Meanwhile run the same bot against a throw-away instance with a per-address limiter only.",
    ),
]
Svg = Annotated[Path | None, Parameter(name="--svg", help="Draw the bars into this file.")]

_SECONDS = 20.0
_Shown = Callable[[float], None]
_Attack = Callable[[_Shown], Awaitable[tuple[Tally, float, Comparison | None]]]


@app.command(name="2022")
def replay_of_2022(
    *,
    seconds: Seconds = _SECONDS,
    compare: Compare = False,
    svg: Svg = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Nineteen hijacked accounts, past their second factor, ask the API about person after person."""
    aim = target.find(data)
    victims = aim.victims(target.HIJACKED)

    async def attack(shown: _Shown) -> tuple[Tally, float, Comparison | None]:
        with _beside(aim, wanted=compare, pages=False) as other:
            clock = Clock(seconds, shown)
            tally, compared = await asyncio.gather(
                replay_2022.replay(aim.api, victims, aim.persons, clock),
                _paced_api(other, victims, aim.persons, seconds),
            )
            return tally, clock.now(), compared

    report = _judged(aim, "2022", victims, replay_2022.HISTORY, attack)
    _print([report], svg, as_json=json)


@app.command(name="2024")
def replay_of_2024(
    *,
    seconds: Seconds = _SECONDS,
    compare: Compare = False,
    svg: Svg = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """One phished account, through the sign-in and the pages, from two addresses, each a new device."""
    aim = target.find(data)
    victims = aim.victims(target.PHISHED)[:1]

    async def attack(shown: _Shown) -> tuple[Tally, float, Comparison | None]:
        with _beside(aim, wanted=compare, pages=True) as other:
            phished = [await _signed_in(aim, victims[0], address) for address in replay_2024.ADDRESSES]
            clock = Clock(seconds, shown)
            tally, compared = await asyncio.gather(
                replay_2024.replay(phished, victims[0].login, aim.persons, clock),
                _paced_pages(other, phished, victims[0].login, aim.persons, seconds),
            )
            return tally, clock.now(), compared

    report = _judged(aim, "2024", victims, replay_2024.HISTORY, attack, new_devices=True)
    _print([report], svg, as_json=json)


@app.command
def race(
    *,
    rounds: Annotated[int, Parameter(validator=validators.Number(gte=1, lte=200))] = races.ROUNDS,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Sixty-four look-ups at once race one account's budget, again and again."""
    aim = target.find(data)
    terminals = demo_cards.load(aim.data / "demo" / "terminals.json")
    racers = aim.victims(target.RACER)

    def sign(login: str, person: Person) -> dict[str, Any]:
        card = Card(person.nir, person.birth_date, person.birth_rank)
        return demo_cards.for_login(terminals, login).sign(login, card, datetime.now(UTC))

    with ledger.opened(aim.data) as book, _progress("64 look-ups at once") as shown:
        limits = limit_of(book.published(), racers[0].profession, Meter.PROVEN)
        outcome = asyncio.run(races.race(aim.api, racers, aim.persons, sign, rounds=rounds, shown=shown))
        numbers = book.accounts(set(outcome.references.values()))
        absent = missing(outcome.references, book.entries(outcome.references), numbers)
    if absent:
        raise Fault(f"{absent} answers of the race are not in the journal.", "keep the data directory")
    report = outcome.report(limits[Window.MINUTE] or 0)
    if json:
        screen.out.print_json(data=report)
        return
    screen.table(*report, rows=[tuple(str(value) for value in report.values())])


@app.command(name="bars")
def draw(
    *reports: Annotated[Path, Parameter(help="Files that hold what --json printed.")],
    svg: Annotated[Path, Parameter(name="--svg", help="Draw the bars into this file.")],
) -> None:
    """Draw several replays' results as one picture."""
    _print([jsons.loads(path.read_text("utf-8")) for path in reports], svg, as_json=False)


# ------------------------------------------------------------------------------------------- an attack


def _judged(
    aim: Target,
    drill: str,
    victims: list[Victim],
    history: int,
    attack: _Attack,
    *,
    new_devices: bool = False,
) -> dict[str, Any]:
    """Run an attack and hold it against the journal and the published limits."""
    with ledger.opened(aim.data) as book:
        before = Before.of(book, victims)
        with _progress(f"replaying {drill}") as shown:
            tally, seconds, compared = asyncio.run(_checked(attack, shown))
        found = judge(
            book,
            before,
            tally,
            drill=drill,
            victims=victims,
            history=history,
            seconds=seconds,
            new_devices=new_devices,
        )
    _say_what_was_spent(found)
    if compared is None:
        return found.report()
    return found.report() | {"limiter_only": compared.report(), "bound_30_days": found.bound_of_30_days}


async def _checked(attack: _Attack, shown: _Shown) -> tuple[Tally, float, Comparison | None]:
    tally, seconds, compared = await attack(shown)
    if tally.lookups and tally.lost == tally.lookups:
        raise target.NothingRunsError("Nothing answered a single question.", "rempart doctor")
    return tally, seconds, compared


async def _signed_in(aim: Target, victim: Victim, address: str) -> browser.Browser:
    def code(now: float) -> str:
        return demo.totp(victim.totp_secret or "", now)

    wire = Wire(aim.pages, address)
    try:
        return await browser.sign_in(wire, victim, aim.pages, code)
    finally:
        await wire.close()


# --------------------------------------------------------------------------------- without a gate


@contextmanager
def _beside(aim: Target, *, wanted: bool, pages: bool) -> Iterator[Counterfactual | None]:
    if not wanted:
        yield None
        return
    with without_a_gate(aim, pages=pages) as other:
        yield other


async def _paced_api(
    other: Counterfactual | None, victims: list[Victim], persons: list[Person], seconds: float
) -> Comparison | None:
    if other is None:
        return None
    clock = Clock(seconds)
    tally = await replay_2022.replay(other.api, victims, persons, clock, PACE)
    return _compared(tally, clock, other, replay_2022.HISTORY)


async def _paced_pages(
    other: Counterfactual | None,
    phished: Sequence[browser.Browser],
    login: str,
    persons: list[Person],
    seconds: float,
) -> Comparison | None:
    if other is None or other.pages is None:
        return None
    clock = Clock(seconds)
    same_sessions = [browser.Browser(other.pages, dict(one.cookies)) for one in phished]
    tally = await replay_2024.replay(same_sessions, login, persons, clock, PACE)
    return _compared(tally, clock, other, replay_2024.HISTORY)


def _compared(tally: Tally, clock: Clock, other: Counterfactual, history: int) -> Comparison:
    return Comparison(tally, min(clock.now(), tally.granted_at + 1 / PACE), other.bans(), history)


# ------------------------------------------------------------------------------------------- printing


def _print(reports: list[dict[str, Any]], svg: Path | None, *, as_json: bool) -> None:
    groups = [findings.group(report) for report in reports]
    notes = findings.footnotes(reports)
    if svg is not None:
        picture = bars.svg(
            "Persons exposed, on a logarithmic scale", findings.describe(reports), groups, notes
        )
        svg.write_text(picture, "utf-8")
    if as_json:
        for report in reports:
            screen.out.print_json(data=report)
        return
    for line in bars.text(groups):
        screen.out.print(line, markup=False, soft_wrap=True)
    for report in reports:
        rows = {key: value for key, value in report.items() if not isinstance(value, dict)}
        screen.table(*rows, rows=[tuple(str(value) for value in rows.values())])
    for note in notes:
        screen.out.print(note, markup=False, soft_wrap=True)


def _say_what_was_spent(found: Findings) -> None:
    if found.seen_before:
        screen.step(
            f"In the hour before, these accounts saw {found.seen_before} persons already: their budgets were"
            " spent so far. The same persons are free, new ones come only as the windows move on."
        )


@contextmanager
def _progress(what: str) -> Iterator[_Shown]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with screen.progress(*columns) as progress:
        task = progress.add_task(what, total=1.0)
        yield lambda share: progress.update(task, completed=share)

"""The journal: only ever added to, by those who may, one entry for each answer, and never a flood."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from rempart.database.roles import ROLES
from rempart.gate.client import Caller, Client, Credential
from tests.gate.house import Account, House, Person

Connect = Callable[..., psycopg.Connection[Any]]
DENIED = psycopg.errors.InsufficientPrivilege


def today() -> str:
    return f"journal.entry_{datetime.now(UTC):%Y%m%d}"


def partitions(house: House) -> set[str]:
    rows = house.owner.execute(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'journal.entry'::regclass"
    )
    return {row[0] for row in rows}


# ------------------------------------------------------------------------------------------ insert only


@pytest.mark.parametrize("table", ["journal.entry", "today", "journal.entry_default"])
@pytest.mark.parametrize(
    "statement",
    [
        "update {} set account = 1",
        "update {} set verdict = 'refused' where seq = (select max(seq) from {})",
        "delete from {}",
        "delete from {} where seq = (select max(seq) from {})",
        "truncate {}",
        "merge into {} e using (select 1) s on true when matched then delete",
    ],
)
def test_not_even_the_owner_changes_or_removes_an_entry(
    house: House, pharmacist: Account, table: str, statement: str
) -> None:
    name = today() if table == "today" else table
    house.look_up(pharmacist, house.person().ask())
    house.owner.execute("select journal.prepare_partitions()")
    if table == "journal.entry_default":
        house.owner.execute(
            "insert into journal.entry (at, tag) values (now() + interval '300 days', 'x:y:z')"
        )
    with pytest.raises(DENIED, match="never changed or removed"):
        house.owner.execute(statement.replace("{}", name))
    assert len(house.entries(pharmacist)) == 1


def test_an_entry_is_not_moved_by_an_upsert(house: House, pharmacist: Account) -> None:
    house.look_up(pharmacist, house.person().ask())
    with pytest.raises(DENIED):
        house.owner.execute(
            "insert into journal.entry overriding system value select * from journal.entry where account = %s"
            " on conflict (at, seq) do update set verdict = 'refused'",
            (pharmacist.id,),
        )


# -------------------------------------------------------------------------------------------- partitions


def test_days_are_prepared_a_fortnight_ahead_and_again_changes_nothing(house: House) -> None:
    house.owner.execute("select journal.prepare_partitions()")
    before = partitions(house)
    assert house.owner.execute("select journal.prepare_partitions()").fetchone() == (0,)
    assert partitions(house) == before
    days = [f"journal.entry_{datetime.now(UTC) + timedelta(days=ahead):%Y%m%d}" for ahead in range(-1, 15)]
    assert before >= {*days, "journal.entry_default"}


def test_an_entry_of_a_day_without_partition_is_kept_and_stays_where_it_is(house: House, fresh: Any) -> None:
    day, mark = datetime.now(UTC) + timedelta(days=30), fresh("unprepared")
    house.owner.execute("insert into journal.entry (at, tag, actor) values (%s, 'x:y:z', %s)", (day, mark))
    where = "select tableoid::regclass::text from journal.entry where actor = %s"
    assert house.owner.execute(where, (mark,)).fetchone() == ("journal.entry_default",)
    notices: list[str] = []
    house.owner.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    house.owner.execute("select journal.prepare_partitions(%s)", (day - timedelta(days=10),))
    assert any(f"{day:%Y-%m-%d}" in notice for notice in notices)
    made = partitions(house)
    assert f"journal.entry_{day + timedelta(days=1):%Y%m%d}" in made
    assert f"journal.entry_{day:%Y%m%d}" not in made
    assert house.owner.execute(where, (mark,)).fetchone() == ("journal.entry_default",)
    with pytest.raises(DENIED):
        house.owner.execute(f"truncate journal.entry_{day + timedelta(days=1):%Y%m%d}")


@pytest.mark.parametrize("away", [-3, 41, 4000])
def test_nobody_fills_the_catalogue_with_partitions(connect: Connect, away: int) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="too far"):
        connect("gate").execute(
            "select journal.prepare_partitions(%s)", (datetime.now(UTC) + timedelta(days=away),)
        )


def test_a_look_up_is_journaled_though_no_partition_was_prepared(house: House, pharmacist: Account) -> None:
    """Within one transaction, as the owner: today's partition is gone; the entry goes to the default one."""
    with psycopg.connect(house.owner.info.dsn, password=house.owner.info.password) as other:
        other.execute(f"alter table journal.entry detach partition {today()}")
        other.execute("select journal.record('installation:test:entry', account => %s)", (pharmacist.id,))
        found = other.execute(
            "select tableoid::regclass::text from journal.entry where account = %s", (pharmacist.id,)
        ).fetchone()
        other.rollback()
    assert found == ("journal.entry_default",)


# -------------------------------------------------------------------------------------------- who writes

PREFIXES = {
    "owner": {"access:", "installation:", "intake:"},
    "web": {"access:", "portal:"},
    "worker": {"worker:"},
    "intake": {"intake:"},
    "gate": {"gate:", "care:"},
    "responder": {"response:"},
    "auditor": {"audit:"},
    "detector": set(),
    "sealer": set(),
}
EVERY = sorted(set().union(*PREFIXES.values()) | {"", "GATE:", " gate:", "gate", "unheard:"})


@pytest.mark.parametrize("role", ROLES)
def test_each_role_records_its_own_events_and_no_others(connect: Connect, house: House, role: str) -> None:
    connection = connect(role)
    connection.execute("set default_transaction_read_only = off")  # as the auditor's are, unless it says so
    for prefix in EVERY:
        tag = f"{prefix}subject:action"
        if prefix in PREFIXES[role]:
            (reference,) = connection.execute("select journal.record(%s)", (tag,)).fetchone() or ("",)
            found = house.owner.execute("select tag from journal.entry where request = %s", (reference,))
            assert found.fetchone() == (tag,)
        else:
            with pytest.raises((DENIED, psycopg.errors.ReadOnlySqlTransaction)):
                connection.execute("select journal.record(%s)", (tag,))


@pytest.mark.parametrize(
    "tag", ["gate:lookup:granted", "gate:restriction:lifted", "care:visit:evidenced", None]
)
def test_pages_cannot_forge_what_the_gate_writes(connect: Connect, tag: str | None) -> None:
    with pytest.raises(DENIED):
        connect("web").execute("select journal.record(%s, account => 1, verdict => 'granted')", (tag,))


def test_an_event_says_no_more_than_a_little(connect: Connect) -> None:
    with pytest.raises(psycopg.errors.StringDataRightTruncation) as caught:
        connect("web").execute(
            "select journal.record('portal:page:seen', details => %s::jsonb)",
            ('{"x": "%s"}' % ("CANARY" * 1000),),
        )
    assert "CANARY" not in str(caught.value)


def test_references_are_all_different_and_readable(house: House) -> None:
    rows = house.owner.execute(
        "select journal.record('installation:test:reference') from generate_series(1, 500)"
    ).fetchall()
    assert len({row[0] for row in rows}) == 500
    letters = set("".join(row[0] for row in rows)) - {"-"}
    assert letters == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


# ---------------------------------------------------------------------------------------- what pages see


def test_pages_see_pseudonyms_that_differ_between_accounts(
    house: House, connect: Connect, pharmacist: Account, person: Person
) -> None:
    colleague, other = house.account(), house.person()
    for account, whom in itertools.product((pharmacist, colleague), (person, person, other)):
        house.look_up(account, whom.ask())
    rows = connect("web").execute(
        "select account, who from journal.for_pages where account = any(%s) order by seq",
        ([pharmacist.id, colleague.id],),
    )
    mine, theirs = (list(group) for _, group in itertools.groupby(rows, lambda row: row[0]))
    assert [who == mine[0][1] for _, who in mine] == [True, True, False]
    assert not {who for _, who in mine} & {who for _, who in theirs}
    columns = {
        column.name
        for column in connect("web").execute("select * from journal.for_pages limit 0").description or ()
    }
    hidden = {"person", "department", "birth_month", "prefix_month", "prefix_commune", "hit", "x", "epoch"}
    assert not columns & hidden


# ---------------------------------------------------------------------------------------------- floods


def count_for(house: House, where: str, values: tuple[Any, ...]) -> tuple[int, int]:
    """(rows, look-ups that they stand for)."""
    row = house.owner.execute(
        f"select count(*), coalesce(sum(count), 0) from journal.entry where {where}", values
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def settle(house: House) -> None:
    house.owner.execute("select gate.upkeep(now() + interval '2 minutes')")


@pytest.mark.parametrize(
    "addresses",
    [["192.0.2.77"] * 80, [f"2001:db8:9:{number:x}::{number:x}" for number in range(80)]],
    ids=["one IPv4 address", "an IPv6 customer's network"],
)
def test_a_flood_without_credential_is_coalesced_by_network(
    house: House, fresh: Any, addresses: list[str]
) -> None:
    client = Client(house.socket)
    before = count_for(house, "reason = 'credential' and network = any(%s::inet[])", (addresses,))

    def knock(address: str) -> int:
        caller = Caller(Credential("token", fresh("rmp_unknown")), address)
        return client.look_up(
            caller, {"purpose": "rights", "nir": "2550814168025", "birth_date": "1955-08-14"}
        ).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(knock, addresses)) == {401}
    settle(house)
    after = count_for(house, "reason = 'credential' and network = any(%s::inet[])", (addresses,))
    assert after[1] - before[1] == 80, "every look-up is accounted for"
    assert after[0] - before[0] <= 42, "at most twenty entries and one count, for each of two minutes"


def test_a_flood_of_challenges_is_counted_as_challenges(house: House, person: Person) -> None:
    account = house.account(card_until=datetime.now(UTC) + timedelta(hours=1))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: house.look_up(account, person.ask()), range(60)))
    settle(house)
    rows, lookups = count_for(house, "account = %s and verdict = 'challenged'", (account.id,))
    assert lookups == 60
    assert rows <= 42


def test_a_flood_of_one_miss_is_coalesced_too(house: House, pharmacist: Account) -> None:
    nobody = {"purpose": "rights", "nir": "2550814168025", "birth_date": "1901-01-01"}
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: house.look_up(pharmacist, nobody).status_code, range(60))) == {403}
    settle(house)
    rows, lookups = count_for(house, "account = %s", (pharmacist.id,))
    assert (lookups, rows <= 43) == (60, True)


def test_what_counts_a_flood_does_not_grow_itself(house: House, pharmacist: Account, person: Person) -> None:
    house.owner.execute(
        "select gate.restrict(1::smallint, %s, 'frozen', 'essai', 'test')", (str(pharmacist.id),)
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: house.look_up(pharmacist, person.ask()), range(120)))
    kept = "select count(*) from gate.refusals where subject = %s"
    (rows,) = house.owner.execute(kept, (str(pharmacist.id),)).fetchone() or (0,)
    assert rows <= 2
    settle(house)
    assert house.owner.execute(kept, (str(pharmacist.id),)).fetchone() == (0,)
    for table in ("gate.meter", "gate.seen", "gate.repeat"):
        whose = "account" if table == "gate.repeat" else "scope = 1 and id"
        assert house.owner.execute(
            f"select count(*) from {table} where {whose} = %s", (pharmacist.id,)
        ).fetchone() == (0,)

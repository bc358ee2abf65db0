"""`rempart exposure …` against a running database that is sealed half-way."""

import csv
import json
import stat

import pyarrow.parquet as pq
import pytest
from tests.gate.house import House

from rempart.exposure import tail
from rempart.journal import signer
from rempart.journal.log import Log
from rempart.journal.objects import Folder

_INSERT = """
insert into journal.entry (at, tag, request, account, profession, session, organisation, network, channel,
                           purpose, act_family, person, hit, insurer, categories, proof, verdict, reason)
select '2026-11-20 08:00+00'::timestamptz + n * interval '1 minute', 'gate:lookup:' || v,
       'R-' || %(mark)s || '-' || n, %(account)s, 'pharmacist', 'feed', %(organisation)s, '203.0.113.9',
       'page', 'rights', 'medicines', case when n %% 10 = 9 then -n else %(base)s + n %% 4 end, n %% 10 <> 9,
       case when v = 'granted' then 1 end, case when v = 'granted' then 5 else 0 end, 0, v,
       case when v = 'refused' then 'limit_account' end
  from generate_series(%(first)s::int, %(last)s::int) as n
 cross join lateral (select case when n %% 10 in (8, 9) then 'refused' else 'granted' end as v) as verdicts
"""
_PLACE = """
update access.access_organisation set commune = 'AJACCIO', department = '2A', name = '<b>Officine</b>'
 where id = %s
"""
_LAST = "select epoch, x, seq from journal.entry order by epoch desc, x desc, seq desc limit 1"


@pytest.fixture
def stolen(connect, cluster, tmp_path, monkeypatch):
    """An account whose forty look-ups were sealed half-way; its login, its number, its first person's."""
    monkeypatch.setenv("REMPART_SEALED", str(tmp_path / "sealed"))
    owner = connect("owner")
    house = House(cluster, owner)
    account = house.account()
    owner.execute(_PLACE, [account.organisation])
    given = {"account": account.id, "organisation": account.organisation, "mark": account.login[-8:]}
    given["base"] = 10**12 + account.id * 100
    owner.execute(_INSERT, given | {"first": 0, "last": 19})
    (tmp_path / "key.json").write_bytes(signer.new_file())
    with owner.cursor().copy(tail.query("", 1)) as rows:
        lines = b"".join(bytes(row) for row in rows)
    last = owner.execute(_LAST).fetchone()
    at = owner.execute("select clock_timestamp()").fetchone()[0]
    log = Log(Folder(tmp_path / "sealed"), signer.load(tmp_path / "key.json"))
    log.append(lines, "/".join(map(str, last)), at)
    owner.execute(_INSERT, given | {"first": 20, "last": 39})
    return account, given["base"], given["mark"]


@pytest.fixture
def rempart(stolen, command):
    return command("exposure")


def test_the_summary_the_list_and_the_page_agree(rempart, stolen, tmp_path, connect):
    account, base, _ = stolen
    files = {kind: tmp_path / f"list.{kind}" for kind in ("parquet", "csv", "html")}
    code, out, err = rempart(
        *("--account", account.login, "--from", "2026-11-20", "--to", "2026-11-20", "--json"),
        *(word for kind, path in files.items() for word in (f"--{kind}", str(path))),
    )
    assert code == 0, err
    found = json.loads(out)
    assert (found["totals"]["persons"], found["totals"]["lookups"]) == (4, 32)
    assert (found["asked_only"], found["not_found"]["questions"]) == (0, 4)
    assert found["read"]["sealed"] > 0
    assert found["read"]["live"] >= 20
    table = pq.read_table(files["parquet"])
    assert table["person"].to_pylist() == [base, base + 1, base + 2, base + 3]
    assert [line["person"] for line in csv.DictReader(files["csv"].read_text().splitlines())] == [
        str(base + n) for n in range(4)
    ]
    page = files["html"].read_text()
    assert "<script" not in page
    assert "&lt;b&gt;Officine&lt;/b&gt;" in page
    assert "<b>Officine" not in page
    assert str(base) not in page
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    read = connect("owner").execute(
        "select details from journal.entry where tag = 'audit:journal:read' order by seq desc limit 1"
    )
    assert read.fetchone()[0]["accounts"] == [str(account.id)]


def test_who_saw_a_person_is_told_by_place_and_to_a_representative_by_month(rempart, stolen):
    account, base, mark = stolen
    code, out, err = rempart("person", "--request", f"R-{mark}-0", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["look_ups"] == len([n for n in range(40) if n % 10 not in {8, 9} and n % 4 == 0])
    assert told["told"][-1]["when"] == "20 novembre 2026 à 09 h 00"
    assert told["told"][-1]["who"] == "une pharmacie à AJACCIO (2A)"
    code, out, _ = rempart(
        "person", "--person", str(base), "--reader", "representative", "--lang", "en", "--json"
    )
    assert json.loads(out)["told"] == [
        {
            "when": "November 2026",
            "who": "a pharmacy",
            "what": "civil status, rights",
            "count": told["look_ups"],
        }
    ]
    assert account.login not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--account", "nobody-of-that-name"], "No account has that login"),
        (["--from", "2026-11-21", "--to", "2026-11-19"], "before it begins"),
        (["--network", "example.org"], "no network"),
        (["--session", "a' or '1'='1"], "letters and digits"),
        (["--csv", "/nowhere/list.csv"], "cannot be written"),
        (["person"], "Name one person"),
        (["person", "--request", "R-0000-0000-0000"], "No answer has that reference"),
    ],
)
def test_a_wrong_question_is_told_what_to_do(rempart, words, said):
    code, out, err = rempart(*words)
    assert code == 3
    assert said in err.replace("\n", " ")
    assert not out

"""Who was shown whom. Two tables, made once, of which every figure of a report is a short question.

`pair`: an account and a person (0: not said), with what the lines between them were. `person`: what all
accounts together were shown of one. A page is a bit of a number: a map has sixty at most.
"""
# ruff: noqa: S608  # statements of constants; what comes from a log is data in columns

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from rempart.scan.mapping import GRANTED, UNCLEAR

_MONTH = 30 * 86_400_000_000
_BATCH = 100_000
_SHOWN = f"result = {GRANTED} and person > 0"
_PAIRS = f"""
create temp table pair as
select account, person, min(position) as position, min(moment) as begun, max(moment) as ended,
       min(moment) filter (result = {GRANTED}) as first, max(moment) filter (result = {GRANTED}) as last,
       count(*) filter (result = {GRANTED}) as lookups,
       bit_or(case when result = {GRANTED} then 1::ubigint << page::ubigint end) as granted,
       bit_or(case when result = {UNCLEAR} then 1::ubigint << page::ubigint end) as unclear
  from entry group by account, person
"""
_AGAIN = f"""
select position from (
    select e.position, moment - lag(moment) over (partition by account, person order by e.position) as since
      from entry e join pair using (account, person)
     where ended - begun > {_MONTH} and account <> 0 and person <> 0
) where since > {_MONTH}
"""
_PERSONS = """
create temp table person as
select person, bit_or(granted) as granted, bit_or(unclear) as unclear,
       bool_or(lookups > 0 and stopped is not null) as suspect, bool_or(first <= stopped) as would
  from pair left join stop using (account) where person > 0 group by person
"""
_TABLES = {
    "accounts": """
        select account, count(*) filter (person > 0 and lookups > 0) as persons,
               coalesce(sum(lookups) filter (person > 0), 0)::bigint as lookups,
               min(first) filter (person > 0) as first, max(last) filter (person > 0) as last,
               any_value(networks) as networks,
               count(*) filter (person > 0 and first <= noticed) as by_noticed,
               count(*) filter (person > 0 and first <= stopped) as by_stopped,
               any_value(noticed) as noticed, any_value(stopped) as stopped,
               coalesce(sum(lookups) filter (person = 0), 0)::bigint as not_in_line
          from pair left join stop using (account)
          left join (select account, count(network) as networks
                       from (select distinct account, network from entry) group by account) using (account)
         group by account having persons > 0 or not_in_line > 0 order by persons desc, account""",
    "hours": f"""
        select hour, count(*) as persons, count(*) filter (suspect) as suspect
          from (select moment // 3600000000 as hour, person, bool_or(stopped is not null) as suspect
                  from entry left join stop using (account) where {_SHOWN} group by hour, person)
         group by hour order by hour""",
    "networks": f"""
        select network, count(distinct person) as persons, count(distinct account) as accounts
          from entry where {_SHOWN} group by network order by persons desc, network limit 20""",
    "results": "select result, count(*) as lookups from entry group by result order by result",
}
_TOTALS = f"""
select * from (
    select coalesce(sum(lookups) filter (person > 0), 0)::bigint as lookups,
           min(first) filter (person > 0) as first, max(last) filter (person > 0) as last,
           count(distinct account) filter (account <> 0 and person > 0 and lookups > 0) as accounts,
           count(distinct account) filter (stopped is not null) as stopped_accounts,
           min(noticed) as noticed, min(stopped) as stopped
      from pair left join stop using (account)
), (
    select count(*) filter (suspect) as suspect_persons, count(*) filter (would) as suspect_would from person
), (select count(distinct network) as networks from entry where {_SHOWN})
"""


def count_pairs(run: duckdb.DuckDBPyConnection) -> None:
    """Make `pair` of `entry` (ROWS, without copies, and `position`, its place in order of time)."""
    run.execute(_PAIRS)


def new_to_account(run: duckdb.DuckDBPyConnection, entries: int) -> np.ndarray:
    """By position, whether the account had not asked for the person for a month; a byte each."""
    made = np.zeros(entries, "i1")
    firsts = "select position from pair where account <> 0 and person <> 0"
    for query in (firsts, _AGAIN):
        for batch in run.sql(query).to_arrow_reader(_BATCH):
            made[batch.column(0).to_numpy()] = 1
    return made


def count_persons(run: duckdb.DuckDBPyConnection, stops: pa.Table) -> None:
    """Make `person` of `pair` and of when each account would have been noticed and stopped."""
    run.register("stop", stops)
    run.execute(_PERSONS)


def tables(run: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """accounts, hours, networks, results → rows."""
    for name, query in _TABLES.items():
        yield name, run.sql(query).to_arrow_table().to_pylist()


def totals(run: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Of the whole log."""
    made: dict[str, int] = run.sql(_TOTALS).to_arrow_table().to_pylist()[0]
    return made

"""The questions in SQL. The same text runs on DuckDB and on Spark, so that one checks the other.

They read two views: `chosen`, the entries selected, and `disclosed`, those of them that opened data. The
session's time zone is the report's. Each ends in an order that leaves no two rows to chance.
"""

COLUMNS = (
    *("at", "tag", "account", "profession", "session", "organisation", "network", "channel"),
    *(
        "purpose",
        "act_family",
        "person",
        "hit",
        "insurer",
        "categories",
        "proof",
        "verdict",
        "reason",
        "count",
    ),
)
"""Of the journal, those that these questions need. In the views `at` is `moment`: DuckDB keeps the word."""

DISCLOSED = """
select * from chosen
 where tag = 'gate:lookup:granted' and verdict = 'granted' and person > 0 and categories > 0
"""
"""What a disclosure is: granted, about somebody found, and at least one category was opened."""

TOTALS = """
select count(distinct person) as persons, count(*) as lookups, min(moment) as first, max(moment) as last,
       count(distinct account) as accounts, count(distinct organisation) as organisations,
       count(distinct insurer) as insurers
  from disclosed
"""

BY_INSURER = """
select insurer, count(distinct person) as persons, count(*) as lookups, bit_or(categories) as categories,
       min(moment) as first, max(moment) as last
  from disclosed group by insurer order by persons desc, insurer
"""

BY_CATEGORIES = """
select categories, count(*) as persons
  from (select person, bit_or(categories) as categories from disclosed group by person) as of_each
 group by categories order by persons desc, categories
"""
"""Of each person everything that was opened, taken together."""

BY_DAY = """
select cast(moment as date) as day, count(distinct person) as persons, count(*) as lookups
  from disclosed group by cast(moment as date) order by day
"""

BY_HOUR = """
select date_trunc('hour', moment) as hour, count(distinct person) as persons, count(*) as lookups
  from disclosed group by date_trunc('hour', moment) order by hour
"""

BY_ACCOUNT = """
select account, max(profession) as profession, max(organisation) as organisation,
       count(distinct person) as persons, count(*) as lookups,
       count(distinct person) filter (where proof = 1) as with_card, min(moment) as first, max(moment) as last
  from disclosed group by account order by persons desc, account
"""

PERSONS_BY_ACCOUNT = """
select account, count(*) as persons
  from (select account, person from disclosed group by account, person) as pairs
 group by account order by account
"""

BY_PROOF = """
select proof, count(distinct person) as persons, count(*) as lookups
  from disclosed group by proof order by proof
"""

ROWS = """
select person, insurer, bit_or(categories) as categories, min(moment) as first, max(moment) as last,
       count(*) as lookups, count(*) filter (where proof = 1) as with_card,
       array_sort(array_agg(distinct account)) as accounts
  from disclosed group by person, insurer order by person, insurer
"""
"""The list itself: a person and who answers for the data (the insurer), what was opened, when, by whom."""

NOT_DISCLOSED = """
select verdict, coalesce(reason, '') as reason, cast(sum(count) as bigint) as lookups,
       count(distinct person) filter (where person > 0) as persons,
       count(distinct person) filter (where person < 0) as unknown
  from chosen
 where tag in ('gate:lookup:refused', 'gate:lookup:challenged', 'gate:lookup:refusals')
 group by verdict, coalesce(reason, '') order by lookups desc, verdict, reason
"""
"""Asked, and nothing opened. Persons above zero exist; below, a question that found nobody."""

ASKED_ONLY = """
select count(*) as persons
  from (select person from chosen where tag like 'gate:lookup:%' and person > 0 and hit group by person
        except select person from disclosed) as asked
"""
"""Existing persons who were asked about and of whom nothing was opened to anybody chosen."""

NOT_FOUND = """
select count(distinct person) as questions, count(*) as lookups
  from chosen where tag like 'gate:lookup:%' and person < 0
"""

PROFESSIONALS = """
select account, max(profession) as profession, max(organisation) as organisation,
       count(*) filter (where tag = 'access:session:opened') as sessions,
       count(*) filter (where channel = 'page') as pages, min(moment) as first, max(moment) as last
  from chosen where account is not null
 group by account
having count(*) filter (where tag = 'access:session:opened' or channel = 'page') > 0
 order by account
"""
"""Accounts that somebody was signed in to: its own pages show its holder's data."""

SEEN = """
select moment, account, profession, organisation, purpose, act_family, categories, insurer, proof, channel
  from disclosed
 order by moment, account, purpose nulls first, act_family nulls first, categories, channel nulls first
"""
"""Everybody who was shown one person's data."""

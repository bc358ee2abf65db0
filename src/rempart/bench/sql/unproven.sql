-- One unproven look-up by a random account about a random person, from one of 250 addresses.
-- Keys, tokens and logins are those that `cli/bench_house.py` derives from numbers.
\set a random(1, :accounts)
\set p random(1, :persons)
\set n random(1, 250)
select verdict from gate.look_up(now(), 'R-0000-0000-0000', null, sha256(int8send(:a)), null,
    ('127.0.1.' || :n)::inet, 'api', 'rights', null, array[substr(sha256(int8send(:p)), 1, 16)], -(:p)::bigint, null,
    '75', 8::smallint, 1, 2, 0::smallint, null, null, null, null, null, null, null, null, true);

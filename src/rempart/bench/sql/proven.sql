-- The same with a card: the gate process has checked the signature, the database checks the rest.
\set a random(1, :accounts)
\set p random(1, :persons)
\set n random(1, 250)
select verdict from gate.look_up(now(), 'R-0000-0000-0000', null, sha256(int8send(:a)), null,
    ('127.0.1.' || :n)::inet, 'api', 'rights', null, array[substr(sha256(int8send(:p)), 1, 16)], -(:p)::bigint, null,
    '75', 8::smallint, 1, 2, 1::smallint, 'bench-' || :a, :a, uuid_send(gen_random_uuid()), now(), true, null, null,
    null, true);

-- Sixteen look-ups in one call, as a busy gate makes them; :share of them proven by a card.
select count(*) from gate.look_ups(array(
    select row(now(), 'R-0000-0000-0000', null, sha256(int8send(a)), null, ('127.0.1.' || n)::inet, 'api', 'rights',
               null, array[substr(sha256(int8send(p)), 1, 16)], -p, null, '75', 8, 1, 2, proof,
               case proof when 1 then 'bench-' || a end, case proof when 1 then a end,
               case proof when 1 then uuid_send(gen_random_uuid()) end, case proof when 1 then now() end,
               case proof when 1 then true end, null, null, null, true)::gate.ask
      from (select 1 + floor(random() * :accounts)::bigint as a, 1 + floor(random() * :persons)::bigint as p,
                   1 + floor(random() * 250)::integer as n, (random() < :share)::integer as proof
              from generate_series(1, 16)) as drawn)) where verdict = 'granted';

-- Every grant of Rempart, in one file. It begins by taking everything back: what is not written here
-- is not allowed. Run by the owner's role in one transaction; safe to repeat.
--
-- The rules behind it: only the gate reads sealed persons and runs the look-up's functions; the web role
-- works in the schema access and elsewhere sees what its pages show; intake seals and cannot read back;
-- nobody but the owner writes the journal, except through its functions.

-- ---------------------------------------------------------------------------------------- take back
do $$
declare
    role name;
    schema name;
begin
    foreach schema in array array['access', 'registry', 'vault', 'journal', 'gate'] loop
        foreach role in array array['public', 'rempart_gate', 'rempart_web', 'rempart_worker',
                                    'rempart_intake', 'rempart_responder', 'rempart_auditor'] loop
            execute format('revoke all on schema %I from %s', schema, role);
            execute format('revoke all on all tables in schema %I from %s', schema, role);
            execute format('revoke all on all sequences in schema %I from %s', schema, role);
            execute format('revoke all on all routines in schema %I from %s', schema, role);
        end loop;
    end loop;
    foreach role in array array['rempart_gate', 'rempart_web', 'rempart_worker',
                                'rempart_intake', 'rempart_responder', 'rempart_auditor'] loop
        execute format('revoke all on database %I from %I', current_database(), role);
        execute format('grant connect on database %I to %I', current_database(), role);
    end loop;
end $$;

-- --------------------------------------------------------------------------------------------- gate
-- Reads sealed persons and the keys that open them; spends budgets and writes the journal through the
-- functions only, which run as the owner.
grant usage on schema gate, registry, vault, journal, access to rempart_gate;
grant select on all tables in schema vault to rempart_gate;
grant select on registry.insurer, registry.person, registry.person_key to rempart_gate;
grant select on gate.policy, gate.limit_row, gate.ceiling, gate.matrix_row, gate.breaker,
                gate.terminal, gate.keeper, gate.change to rempart_gate;

-- -------------------------------------------------------------------------------------------- intake
-- Brings persons in: seals, indexes, wraps. It reads who the insurers are and their public keys, and of a
-- person only what an import must link by; sealed columns go in and do not come out.
grant usage on schema registry, vault to rempart_intake;
grant select, insert on registry.insurer to rempart_intake;
grant select, insert on registry.batch to rempart_intake;
grant update (finished_at, loaded, set_aside) on registry.batch to rempart_intake;
grant select (id, insurer, data_key, birth_rank, policyholder), insert on registry.person to rempart_intake;
grant select, insert, delete on registry.person_key to rempart_intake;
grant select (id, insurer, public_keyset, created_at, withdrawn_at), insert
    on vault.insurer_key to rempart_intake;
grant select (id, insurer, batch, insurer_key, created_at), insert on vault.data_key to rempart_intake;

-- --------------------------------------------------------------------------------------- responder
-- Works on a breach: which pseudonyms were disclosed to whom. No sealed person, no key.
grant usage on schema journal to rempart_responder;
grant select on journal.entry to rempart_responder;

-- ------------------------------------------------------------------------------------------- auditor
-- Reads the whole journal and every limit; writes nothing.
grant usage on schema journal, gate to rempart_auditor;
grant select on journal.entry to rempart_auditor;
grant select on gate.policy, gate.limit_row, gate.ceiling, gate.matrix_row, gate.breaker, gate.terminal,
                gate.change to rempart_auditor;

-- ----------------------------------------------------------------------------------------- web, worker
-- Their own schema, and nothing else but what the lines below name.
grant usage on schema access to rempart_web, rempart_worker;

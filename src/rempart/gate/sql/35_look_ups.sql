-- Several look-ups in one call and one transaction, decided one after another by gate.look_up. Most of
-- what a call costs is beginning and ending: a transaction's first use of each expression of a function
-- costs more than the next fifty.
create type gate.ask as (
    now_ timestamptz, reference text,
    session text, token bytea, device text, network inet, channel text,
    purpose text, act text, keys bytea[], miss bigint, birth_rank smallint,
    department text, birth_month smallint, prefix_month bigint, prefix_commune bigint,
    proof smallint, login text, terminal bigint, nonce bytea, proof_at timestamptz, genuine boolean,
    present text, repeat text, digest bytea, clock_sound boolean
);

create function gate.look_ups(p_asks gate.ask[]) returns setof gate.decision
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    a gate.ask;
begin
    foreach a in array p_asks loop
        return next gate.look_up(
            p_now => a.now_, p_reference => a.reference, p_session => a.session, p_token => a.token,
            p_device => a.device, p_network => a.network, p_channel => a.channel, p_purpose => a.purpose,
            p_act => a.act, p_keys => a.keys, p_miss => a.miss, p_rank => a.birth_rank,
            p_department => a.department, p_birth_month => a.birth_month, p_prefix_month => a.prefix_month,
            p_prefix_commune => a.prefix_commune, p_proof => a.proof, p_login => a.login,
            p_terminal => a.terminal, p_nonce => a.nonce, p_proof_at => a.proof_at, p_genuine => a.genuine,
            p_present => a.present, p_repeat => a.repeat, p_digest => a.digest, p_clock_sound => a.clock_sound);
    end loop;
end $$;

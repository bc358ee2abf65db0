-- Every grant of Rempart, in one file. It begins by taking everything back: what is not written here
-- is not allowed. Run by the owner's role in one transaction; safe to repeat.
--
-- A function is named without its arguments: that is an error as soon as there are two of the name, so no
-- overload slips in beside a granted one.

-- ---------------------------------------------------------------------------------------- take back
do $$
declare
    role name;
    schema name;
begin
    foreach schema in array array['access', 'registry', 'vault', 'journal', 'gate', 'detection', 'containment'] loop
        foreach role in array array['public', 'rempart_gate', 'rempart_web', 'rempart_worker',
                                    'rempart_intake', 'rempart_responder', 'rempart_auditor', 'rempart_detector',
                                    'rempart_sealer'] loop
            execute format('revoke all on schema %I from %s', schema, role);
            execute format('revoke all on all tables in schema %I from %s', schema, role);
            execute format('revoke all on all sequences in schema %I from %s', schema, role);
            execute format('revoke all on all routines in schema %I from %s', schema, role);
        end loop;
    end loop;
    foreach role in array array['rempart_gate', 'rempart_web', 'rempart_worker',
                                'rempart_intake', 'rempart_responder', 'rempart_auditor', 'rempart_detector',
                                    'rempart_sealer'] loop
        execute format('revoke all on database %I from %I', current_database(), role);
        execute format('grant connect on database %I to %I', current_database(), role);
    end loop;
end $$;

-- --------------------------------------------------------------------------------------------- gate
-- Alone reads sealed persons and the keys that open them. Budgets, restrictions, terminals, limits and the
-- journal change through the functions below only; they run as the owner.
grant usage on schema gate, registry, vault, journal to rempart_gate;
grant select on vault.insurer_key, vault.data_key to rempart_gate;
grant select on registry.insurer, registry.person, registry.person_key to rempart_gate;
grant select on gate.policy, gate.limit_row, gate.ceiling, gate.matrix_row, gate.breaker, gate.terminal,
                gate.restriction, gate.change, gate.limits_published, gate.change_announced to rempart_gate;
grant execute on function
    gate.look_up, gate.look_ups, gate.explain, gate.left_of, gate.meters_of, gate.login_of, gate.profession_of,
    gate.restrict, gate.lift, gate.flush, gate.upkeep,
    gate.keeper_secret, gate.propose, gate.approve, gate.cancel, gate.mark_noticed,
    journal.record, journal.prepare_partitions
    to rempart_gate;

-- ---------------------------------------------------------------------------------------------- web
-- Its own schema, column by column where a column decides what an account may see. Elsewhere: what pages
-- show. It opens no person, writes no budget, no limit, no terminal, and adds to the journal by function.
grant usage on schema access, journal, gate to rempart_web;
grant select on access.access_professional, access.access_organisation, access.access_activity,
                access.django_content_type, access.auth_permission, access.auth_group,
                access.auth_group_permissions to rempart_web;
grant select, update (password, last_login, email, language, display_name)
    on access.access_account to rempart_web;
grant select, insert, update on access.access_session, access.access_device, access.access_attempts to rempart_web;
grant delete on access.access_device to rempart_web;  -- a workstation forgets a name
grant select, insert, update, delete
    on access.access_totpcounter, access.mfa_authenticator,
       access.account_emailaddress, access.account_emailconfirmation
    to rempart_web;
grant select, insert, update (label, revoked_at) on access.access_token to rempart_web;
grant select, update (used_at) on access.access_setup to rempart_web;
grant select, insert, update (last_used_at, ended_at) on access.access_identity to rempart_web;
grant select, insert, update (seen_at) on access.access_notice to rempart_web;
grant select, insert, update (wrong, used_at) on access.access_letter to rempart_web;
grant select, insert, update (stopped_at, used_at) on access.access_reset to rempart_web;
grant select on access.access_vouch, access.access_software to rempart_web;
grant select, insert, update, delete on access.access_tried to rempart_web;
grant select, insert, update (code, refresh, last_used_at, revoked_at) on access.access_grant to rempart_web;
grant execute on function access.require_card, access.may_vouch, access.vouch_for_card,
    access.vouch_for_reset, access.vouch_for_session, access.enrol, access.delegate, access.delegate_word, access.end_delegate,
    access.ask_renewal, access.use_once, access.renew_password, access.confirm_software to rempart_web;
grant select on journal.for_pages, gate.restriction, gate.limits_published, gate.change_announced
    to rempart_web;
grant execute on function journal.record, gate.restrict to rempart_web;
grant usage on schema containment to rempart_web;
grant usage on schema containment to rempart_worker;
grant execute on function containment.undo, containment.fresh_operator, containment.appeal, containment.state to rempart_web;
grant execute on function containment.check_watch to rempart_worker;

-- --------------------------------------------------------------------------------------- background
-- The web role queues a job; the worker runs it, sends mail and sweeps what has expired.
grant select, insert on access.procrastinate_jobs, access.procrastinate_events to rempart_web;
grant usage on sequence access.procrastinate_jobs_id_seq, access.procrastinate_events_id_seq to rempart_web;
grant execute on function access.procrastinate_defer_jobs_v1 to rempart_web;

grant usage on schema access, journal to rempart_worker;
grant select, insert, update, delete
    on access.procrastinate_jobs, access.procrastinate_events, access.procrastinate_periodic_defers,
       access.procrastinate_workers
    to rempart_worker;
grant usage on sequence
    access.procrastinate_jobs_id_seq, access.procrastinate_events_id_seq,
    access.procrastinate_periodic_defers_id_seq, access.procrastinate_workers_id_seq
    to rempart_worker;
grant execute on function
    access.procrastinate_cancel_job_v1, access.procrastinate_defer_jobs_v1,
    access.procrastinate_defer_periodic_job_v2, access.procrastinate_fetch_job_v2,
    access.procrastinate_finish_job_v1, access.procrastinate_prune_stalled_workers_v1,
    access.procrastinate_register_worker_v1, access.procrastinate_retry_job_v1,
    access.procrastinate_retry_job_v2, access.procrastinate_unregister_worker_v1,
    access.procrastinate_update_heartbeat_v1
    to rempart_worker;
grant select (id, login, email, is_active, display_name, profession, organisation_id, professional_id, language)
    on access.access_account to rempart_worker;
grant select on access.access_professional, access.access_organisation, access.access_activity to rempart_worker;
grant select, insert, delete on access.access_letter to rempart_worker;
grant select, delete
    on access.access_session, access.access_attempts, access.access_setup, access.access_tried, access.access_reset
    to rempart_worker;
grant select, insert, update (mailed_at) on access.access_notice to rempart_worker;
grant insert on access.access_reset to rempart_worker;
grant usage on schema gate to rempart_worker;
grant select on gate.change_announced to rempart_worker;
grant usage on schema registry to rempart_worker;
grant execute on function access.forget_software, journal.record, journal.prepare_partitions, gate.mark_noticed,
    registry.expire_erased to rempart_worker;

-- -------------------------------------------------------------------------------------------- intake
-- Brings persons in: seals, indexes, wraps. It reads who the insurers are and their public keys, and of a
-- person only what an import must link by; sealed columns go in and do not come out. Insurers and their key
-- pairs are the owner's: intake cannot make itself an insurer whose private key it knows.
-- Brings the directory of professionals in as well; declared networks are no business of a directory.
grant usage on schema registry, vault, access, journal to rempart_intake;
grant select on registry.insurer to rempart_intake;
grant select, insert, update (finished_at, loaded, set_aside) on registry.batch to rempart_intake;
grant select (id, insurer, data_key, birth_rank, policyholder), insert,
      update (data_key, birth_rank, policyholder, sealed_civil, sealed_nir, sealed_rights, sealed_contract)
    on registry.person to rempart_intake;
grant select, insert, delete on registry.person_key to rempart_intake;
grant select (id, insurer, public_keyset, created_at, withdrawn_at) on vault.insurer_key to rempart_intake;
grant select (id, insurer, batch, insurer_key, created_at), insert on vault.data_key to rempart_intake;
grant select (id, rpps, national_id, civility, family_name, given_name, profession, active),
      insert (rpps, national_id, civility, family_name, given_name, profession),
      update (national_id, civility, family_name, given_name, profession, active, updated_at)
    on access.access_professional to rempart_intake;
grant select (id, technical_id, name, siret, siren, finess, postcode, commune, department, kind, address, active),
      insert (technical_id, name, siret, siren, finess, postcode, commune, department, kind, address),
      update (name, siret, siren, finess, postcode, commune, department, kind, address, active, updated_at)
    on access.access_organisation to rempart_intake;
grant select (id, professional_id, organisation_id, profession, mode, active),
      insert (professional_id, organisation_id, profession, mode),
      update (mode, active) on access.access_activity to rempart_intake;
grant execute on function journal.record to rempart_intake;

-- ----------------------------------------------------------------------------------------- responder
-- Works on a breach: which pseudonyms were disclosed to whom; who was erased since, sealed. No key.
grant usage on schema journal, registry to rempart_responder;
grant select on registry.erased to rempart_responder;
grant select on journal.entry to rempart_responder;
grant execute on function journal.record to rempart_responder;

-- ------------------------------------------------------------------------------------------- auditor
-- Reads the whole journal and every limit; writes nothing but that it read (`journal.reading`).
grant usage on schema journal, gate to rempart_auditor;
grant select on journal.entry, journal.for_pages, journal.epoch, journal.checkpoint to rempart_auditor;
grant execute on function gate.account_of, journal.record to rempart_auditor;
grant select on gate.policy, gate.limit_row, gate.ceiling, gate.matrix_row, gate.breaker, gate.terminal,
                gate.restriction, gate.change, gate.limits_published, gate.change_announced
    to rempart_auditor;

-- What reports of exposure call accounts, places and insurers. No professional's name, no sealed person.
grant usage on schema access, registry to rempart_auditor;
grant select (id, login) on access.access_account to rempart_auditor;
grant select (id, name, commune, department) on access.access_organisation to rempart_auditor;
grant select (id, name) on registry.insurer to rempart_auditor;

-- ------------------------------------------------------------------------------------------ detector
-- Follows the journal's look-ups, as the accounts' numbers and pseudonyms; notes signals, and restricts by
-- containment.act alone: milder than a person may, always with an end.
grant usage on schema journal, gate, detection, containment to rempart_detector;
grant select (x, seq, at, tag, account, profession, assurance, session, device, software, organisation, network,
              channel, purpose, act_family, person, hit, department, birth_month, prefix_month, prefix_commune,
              insurer, categories, proof, terminal, verdict, reason, cost, count)
    on journal.entry to rempart_detector;
grant usage on schema access, registry to rempart_detector;
grant select (id, data_key) on registry.person to rempart_detector;  -- has an import replaced a decoy?
grant select (id, department, declared_networks) on access.access_organisation to rempart_detector;
grant select on gate.restriction, gate.limits_published, detection.setting, detection.decoy, detection.signal to rempart_detector;
grant execute on function detection.note, detection.beat, containment.act to rempart_detector;
grant usage on schema detection to rempart_web;
grant select on detection.signal, detection.alert, detection.alert_event, detection.mute, detection.setting, gate.watch
    to rempart_web;
grant execute on function detection.take, detection.hand_back, detection.restricted, detection.eased, detection.dismiss,
    detection.unmute, detection.close, detection.reopen, detection.remark to rempart_web;
grant select on detection.signal, detection.alert, detection.alert_event, detection.mute, detection.setting, gate.watch
    to rempart_auditor;
grant usage on schema detection, containment to rempart_auditor;
grant execute on function containment.state to rempart_auditor;  -- figures for those who watch the service

-- -------------------------------------------------------------------------------------------- sealer
-- Reads every entry, seals them into files, and notes how far: before it signs, by a durable commit.
grant usage on schema journal, gate to rempart_sealer;
grant select on journal.entry, journal.epoch, journal.checkpoint to rempart_sealer;
grant execute on function journal.seal, gate.flush to rempart_sealer;

-- ------------------------------------------------------------------------------------------- on call
-- Pages show whom alerts call, without the secrets; the worker calls.
grant usage on schema containment to rempart_web;
grant usage on schema containment to rempart_worker;
grant select (id, name, kind, role, telephone, after, least_risk, language, added_at, ended_at)
    on containment.contact to rempart_web;
grant select on containment.call, containment.handover to rempart_web;
grant execute on function containment.test_call, containment.hand_over to rempart_web;
grant execute on function containment.due_calls, containment.called to rempart_worker;

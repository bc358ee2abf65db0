-- raise a limit
update gate.limit_row set amounts = '{40,240,1200,12000}';
-- raise a ceiling
update gate.ceiling set amounts = '{100000,100000,100000,100000}';
-- widen the matrix
update gate.matrix_row set categories = 15;
-- open the breaker
update gate.breaker set ceiling = 1000000, current = 1000000;
-- shorten the delay of changes
update gate.policy set delay = interval '0';
-- propose a limit
select gate.propose('alix', 'limit', '{}', 'drill of an attack', now());
-- approve a change
select gate.approve('bruno', 1, now());
-- apply changes early
select gate.apply_due(now() + interval '9 days');
-- become a keeper
insert into gate.keeper (name, secret) values ('mallory', 'x');
-- lift a restriction of the platform
select gate.restrict(4::smallint, 'platform', 'step_up', 'drill of an attack', 'drill', now() + interval '1 hour');
select gate.lift((select max(id) from gate.restriction), 'drill', 'drill of an attack');
-- lift an account's restriction
select gate.restrict(1::smallint, '1', 'card_required', 'drill of an attack', 'drill', now() + interval '1 hour');
select gate.lift((select max(id) from gate.restriction), 'drill', 'drill of an attack');
-- undo without a fresh factor
select gate.restrict(1::smallint, '1', 'card_required', 'drill of an attack', 'drill', now() + interval '1 hour');
select containment.undo((select max(id) from gate.restriction), 'nobody', 'drill of an attack');
-- end a restriction by hand
update gate.restriction set lifted_at = now();
-- delete restrictions
delete from gate.restriction;
-- switch a detector off
insert into detection.setting values ('walk', 'mode', false, 0, 'drill', now());
-- silence every detector
insert into detection.mute (detector, author, code, starts_at, ends_at)
    values ('*', 'drill', 'x', now(), now() + interval '9 days');
-- feign the detectors' beat
select detection.beat(now(), now(), 0, 0, 0);
-- delete signals
delete from detection.signal;
-- delete alerts
delete from detection.alert;
-- rewrite the journal
update journal.entry set account = null;
-- become a hospital's desk
update access.access_account set profession = 'hospital_desk';
-- declare a network
update access.access_organisation set declared_networks = '{0.0.0.0/0}';
-- enrol a terminal
insert into gate.terminal (organisation, label, public_key, proposed_by) values (1, 'x', '\x00', 'x');

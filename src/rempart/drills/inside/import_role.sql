-- read sealed rights
select sealed_rights from registry.person limit 1;
-- read sealed names
select sealed_civil from registry.person limit 1;
-- take a copy of all
create temporary table mine as select * from registry.person;
-- read wrapped data keys
select wrapped from vault.data_key limit 1;
-- read insurers' private keys
select private_keyset from vault.insurer_key limit 1;
-- change an insurer's public key
update vault.insurer_key set public_keyset = '';
-- add an insurer's key
insert into vault.insurer_key (insurer, public_keyset, private_keyset) values (1, '', '');
-- add an insurer
insert into registry.insurer (amc_number, name) values ('999999999', 'drill');
-- delete persons
delete from registry.person;
-- move persons to another insurer
update registry.person set insurer = 1;
-- look somebody up
select * from gate.look_ups('{}');
-- read the limits
select * from gate.limit_row;
-- read accounts
select login from access.access_account limit 1;
-- read sessions
select session_key from access.access_session limit 1;
-- open an account
insert into access.access_account (login, password, profession) values ('x', 'x', 'doctor');
-- declare a network
update access.access_organisation set declared_networks = '{0.0.0.0/0}';
-- read the journal
select * from journal.entry limit 1;
-- write an entry
insert into journal.entry (at, tag) values (now(), 'gate:lookup:granted');
-- record a look-up that was none
select journal.record('gate:lookup:granted');
-- enrol a terminal
insert into gate.terminal (organisation, label, public_key, proposed_by) values (1, 'x', '\x00', 'x');
-- feign a card's visit
insert into gate.relation values (1, 1, now());
-- learn who is a decoy
select * from detection.decoy;
-- unmark decoys
delete from detection.decoy;

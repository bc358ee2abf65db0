-- Limits at installation. Scopes 1 account, 2 organisation, 3 network; meters 0 unproven, 1 proven,
-- 2 patient present, 3 known, 4 wide. The documentation publishes them with the totals they imply.
insert into gate.limit_row (scope, profession, meter, amounts)
select 1, p, 0, a from (values
    ('pharmacist', '{10,30,60,400}'::integer[]), ('optician', '{5,15,30,300}'), ('doctor', '{5,20,40,400}'),
    ('hospital_desk', '{20,120,600,6000}'), ('dentist', '{5,20,40,400}'), ('hearing', '{5,15,30,300}'),
    ('nurse', '{5,20,40,400}'), ('midwife', '{5,20,40,400}'), ('physiotherapist', '{5,15,30,300}'),
    ('podiatrist', '{5,15,30,300}'), ('operator', '{2,5,10,40}'), ('dpo', '{2,5,10,60}')) as t(p, a);
-- A known relation has a limit of its own, twice the unproven one.
insert into gate.limit_row
select 1, profession, 3, array(select 2 * x from unnest(amounts) with ordinality as u(x, i) order by i)
  from gate.limit_row where scope = 1 and meter = 0;
-- An organisation: three accounts' worth; a hospital: ten desks'.
insert into gate.limit_row
select 2, profession, meter,
       array(select case profession when 'hospital_desk' then 10 else 3 end * x
             from unnest(amounts) with ordinality as u(x, i) order by i)
  from gate.limit_row where scope = 1 and meter in (0, 3);
insert into gate.limit_row values
    (1, '*', 1, '{10,60,400,6000}'), (2, '*', 1, '{100,600,4000,60000}'),
    (1, '*', 2, '{1,3,5,30}'),       (2, '*', 2, '{3,9,15,90}'),
    (1, '*', 4, '{2,5,10,60}'),      (1, 'hospital_desk', 4, '{10,60,300,3000}'),
    (3, '*', 0, '{30,150,400,4000}');

insert into gate.ceiling values
    (1, 0, '{40,240,1200,12000}'), (1, 1, '{20,120,800,12000}'), (1, 2, '{2,6,10,60}'), (1, 3, '{80,480,2400,24000}'),
    (1, 4, '{20,120,600,6000}'), (2, 0, '{400,2400,12000,120000}'), (2, 1, '{1000,6000,40000,600000}'),
    (2, 2, '{10,30,60,300}'), (2, 3, '{800,4800,24000,240000}'), (3, 0, '{400,2400,12000,120000}');

-- Categories: 1 civil status, 2 NIR, 4 rights, 8 contract. What no row allows is refused.
insert into gate.matrix_row
select 'rights', p, 2, 12, false from unnest(array['pharmacist', 'optician', 'doctor', 'hospital_desk', 'dentist',
    'hearing', 'nurse', 'midwife', 'physiotherapist', 'podiatrist']) as t(p);
insert into gate.matrix_row values
    ('admission', 'hospital_desk', 2, 14, true),
    ('support', 'operator', 2, 12, true),
    ('subject_access', 'dpo', 2, 15, true);

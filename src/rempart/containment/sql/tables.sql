-- What detectors may do by themselves. Restrictions themselves stand in gate.restriction, read by each look-up.
create schema if not exists containment;

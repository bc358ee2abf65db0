-- A durable commit that carries next to nothing: how often the disk can be waited for.
select gate.flush();

"""How fast the gate is, and what a look-up costs: measured against a real gate, database and network.

Read first: `load.py`, the load generator, then `pgbench.py`. `rempart bench` puts them together.
"""

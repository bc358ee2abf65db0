"""Attacks as scripts for the simulated world: one file each, named like the detector that it must wake.

Read first: `attack.py` (what a script is given, what it yields and what it is sent back).
"""

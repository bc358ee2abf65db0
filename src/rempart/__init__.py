"""Rempart: the professional door to health-insurance rights, with bounded disclosure.

Read first: docs/explanation/one-lookup.md, then `gate/look_up.py`.
"""

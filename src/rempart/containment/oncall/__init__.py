"""Alerts that call somebody: e-mail, webhook, Matrix, Mattermost; in turn, until one of them has taken it.

Read first: `../sql/40_oncall.sql`, then `calls.py`. A call names an alert and no person, account or network.
"""

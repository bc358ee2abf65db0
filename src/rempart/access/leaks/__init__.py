"""Passwords and mailboxes that were found in leaks.

`corpus.py` says whether a hash is in a file of leaked ones; `reading.py` and `writing.py` make such a file
from what Have I Been Pwned publishes; `passwords.py` is what sign-in and the choice of a password ask;
`online.py` asks a range service as well, where one is named; `mailboxes.py` finds the accounts whose address
is in a list. What follows from a find is in `access/renewal.py`.
"""

"""Pro Santé Connect: signing in, and enrolling, with an e-CPS or a CPS, by OpenID Connect (code flow).

Read first: `pages.py` (what happens in which order), then `tokens.py` (what is believed) and `who.py` (whom
the directory knows). Off as long as REMPART_PSC_URL is not set.
"""

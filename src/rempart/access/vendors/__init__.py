"""Vendors' software: it signs in with its private key, and looks up for a professional who allowed it.

OAuth 2.0, authorisation code only, with private_key_jwt (RFC 7523), PKCE (RFC 7636) and DPoP (RFC 9449).
Read first: `asked.py` (what an authorisation request may say), then `grants.py` (what came of it).
"""

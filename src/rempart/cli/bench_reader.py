"""`python -m rempart.cli.bench_reader`: open one account that can sign in to the pages of a benchmark.

With the owner's role, in a process of its own that ends when it is done; prints the account as JSON.
"""

import base64
import json
import secrets
import sys
from datetime import UTC, datetime

from rempart.vocabulary.words import Profession


def main() -> None:
    """Open it, past its first 48 hours, with its second factor."""
    import django  # noqa: PLC0415  # only this process needs it

    django.setup()
    from rempart.access.models import Organisation  # noqa: PLC0415
    from rempart.access.open_account import issue_token, open_account  # noqa: PLC0415

    password = secrets.token_urlsafe(24)
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    login = f"bench-reader-{secrets.token_hex(3)}"
    account = open_account(
        login,
        password=password,
        profession=Profession.PHARMACIST,
        organisation=Organisation.objects.create(
            technical_id=login.upper(), name="Bench", kind="pharmacy", declared_networks=["127.0.3.1/32"]
        ),
        totp_secret=secret,
        card_until=datetime.now(UTC),
    )
    json.dump(
        {
            "login": login,
            "password": password,
            "totp_secret": secret,
            "token": issue_token(account, "Bench"),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()

"""`rempart journal stamp|stamps`: somebody else's word for when the journal was what it is."""

import os
from dataclasses import asdict

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory
from rempart.journal import stamps as stamping
from rempart.journal.objects import open_objects
from rempart.journal.sealer import place


def stamp(*, data: Data = DATA) -> None:
    """Have the newest checkpoint stamped now, by the authority that the settings name."""
    size = stamping.stamp(open_objects(place(directory.existing(data))), _authority())
    screen.step(f"the checkpoint of {size:,} entries is stamped")


def stamps(*, data: Data = DATA, json: Json = False) -> int:
    """Every stamp that is kept, verified against its checkpoint. Exit status 1 where one proves nothing."""
    found = list(stamping.kept(open_objects(place(directory.existing(data))), _authority()))
    if json:
        screen.out.print_json(data=[asdict(one) for one in found], default=str)
    elif not found:
        screen.out.print("No stamp is kept yet: rempart journal stamp")
    else:
        rows = [(f"{one.size:,}", str(one.at or ""), one.fault) for one in found]
        screen.table("entries", "stamped", "fault", rows=rows)
    return 1 if any(one.fault for one in found) else 0


def _authority() -> stamping.Authority:
    authority = stamping.Authority.of(os.environ)
    if authority is None:
        raise stamping.StampFault(
            "No authority of time stamps is named.", f"{stamping.URL}=https://…, {stamping.ROOTS}=FILE.pem"
        )
    return authority

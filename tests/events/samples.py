"""Entries of every kind that formats tell apart, as the journal would hold them."""

from datetime import UTC, datetime

from rempart.events.entry import COLUMNS, Entry

PLACE = "https://rempart.example"
AT = datetime(2026, 3, 2, 8, 15, 30, 123456, UTC)


def entry(tag, **given):
    """An entry with nothing but what is given."""
    known = dict.fromkeys(COLUMNS) | {"x": 7001, "seq": 42, "epoch": 1, "at": AT, "tag": tag, "count": 1}
    return Entry(id=f"{abs(hash(tag)) % 10:x}".rjust(64, "a"), **known | given)


_LOOK_UP = {
    "request": "R-7F3K-29QD-M4TW",
    "account": 12,
    "profession": "pharmacist",
    "assurance": 2,
    "session": "a1b2c3d4e5f60718",
    "device": "0f1e2d3c",
    "organisation": 3,
    "network": "192.0.2.7",
    "channel": "page",
    "purpose": "rights",
    "act_family": "medicines",
    "person": 4611686018427387904,
    "hit": True,
    "insurer": 2,
    "proof": 0,
    "policy": 5,
}

SAMPLES = {
    "granted": entry("gate:lookup:granted", **_LOOK_UP, categories=5, verdict="granted", cost=1),
    "refused": entry(
        "gate:lookup:refused",
        **_LOOK_UP | {"hit": False, "person": -99, "insurer": None},
        categories=0,
        verdict="refused",
        reason="limit_account",
        rule="limit:1:0:2:60",
        cost=0,
        count=17,
    ),
    "signed_in": entry(
        "access:session:opened",
        account=12,
        session="a1b2c3d4e5f60718",
        network="2001:db8::7",
        channel="page",
        details={"factor": "totp", "assurance": 2},
    ),
    "factor": entry("access:factor:removed", account=12, network="192.0.2.7", details={"kind": "totp"}),
    "restricted": entry(
        "gate:restriction:placed",
        account=12,
        reason="card_required",
        rule="restriction:9",
        actor='detec"tion]\\',
        details={"scope": 1, "ends_at": "2026-03-03T08:15:30+00:00"},
    ),
    "alert": entry("detection:alert:opened", network="192.0.2.7", reason="campaign", rule="alert:4"),
    "imported": entry("intake:persons:imported", actor="command line", details={"persons": 1200}),
}
SAMPLES = {
    name: Entry(**{**{f: getattr(one, f) for f in Entry.__dataclass_fields__}, "id": f"{n:x}" * 64})
    for n, (name, one) in enumerate(SAMPLES.items(), 1)
}

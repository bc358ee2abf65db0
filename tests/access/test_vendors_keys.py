"""The keys and names that a software may be registered with; the commands that do it."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from rempart.access.vendors import keys, registry
from rempart.access.vendors.keys import KeysFault
from rempart.access.vendors.models import Software as Row
from rempart.access.vendors.registry import SoftwareFault
from rempart.cli import software as commands
from tests.access.house import as_owner
from tests.access.software import BACK

EC = ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2048)


def public(key):
    return key.as_dict(private=False)


def test_public_keys_of_the_three_kinds_are_taken_with_what_we_need_of_them():
    ed = OKPKey.generate_key("Ed25519")
    found = keys.read(
        {"keys": [public(EC) | {"kid": "a", "use": "sig", "x5c": ["…"]}, public(ed), public(RSA)]}
    )
    assert found[0] == {name: public(EC)[name] for name in ("kty", "crv", "x", "y")} | {"kid": "a"}
    assert [jwk["kid"] for jwk in found[1:]] == [ed.thumbprint(), RSA.thumbprint()]


def test_an_assertion_s_key_is_the_one_it_names_and_that_may_sign_so():
    known = keys.read({"keys": [public(EC) | {"kid": "a"}, public(RSA) | {"kid": "b"}]})
    assert keys.key_for(known, {"alg": "ES256"}).thumbprint() == EC.thumbprint()
    assert keys.key_for(known, {"alg": "PS256", "kid": "b"}).thumbprint() == RSA.thumbprint()
    for header in ({"alg": "ES256", "kid": "b"}, {"alg": "HS256"}, {"alg": "none"}, {}, {"alg": ["ES256"]}):
        assert keys.key_for(known, header) is None
    twice = keys.read(
        {"keys": [public(EC) | {"kid": "a"}, public(ECKey.generate_key("P-256")) | {"kid": "b"}]}
    )
    assert keys.key_for(twice, {"alg": "ES256"}) is None, "which of the two?"


@pytest.mark.parametrize(
    ("jwks", "why"),
    [
        ({"keys": [EC.as_dict(private=True)]}, "private"),
        ({"keys": [public(EC), RSA.as_dict(private=True)]}, "private"),
        ({"keys": [public(RSA) | {"dp": "x"}]}, "private"),
        ({"keys": [OctKey.generate_key(256).as_dict(private=True)]}, "private"),
        ({"keys": [public(RSA) | {"n": "u" + public(RSA)["n"][:169] + "w"}]}, "2048"),
        ({"keys": [public(ECKey.import_key(ec.generate_private_key(ec.SECP384R1())))]}, "none of"),
        ({"keys": [public(EC) | {"use": "enc"}]}, "none of"),
        ({"keys": [public(EC) | {"y": public(EC)["x"]}]}, "cannot be read"),
        ({"keys": [{"kty": "EC", "crv": "P-256"}]}, "cannot be read"),
        ({"keys": [public(EC), public(EC)]}, "same kid"),
        ({"keys": [public(EC) | {"kid": ""}]}, "kid"),
        ({"keys": []}, "1 to 10"),
        ({"keys": [public(EC)] * 11}, "1 to 10"),
        ({"keys": ["x"]}, "no JSON object"),
        ([public(EC)], "in a list named keys"),
        (None, "in a list named keys"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.filterwarnings("ignore")
def test_other_keys_are_refused_and_nothing_is_stored(jwks, why, db, cluster):
    with as_owner(cluster):
        before = Row.objects.count()
        with pytest.raises(KeysFault, match=why) as caught:
            registry.register("Officine", "Éditeur", jwks, [BACK])
        assert Row.objects.count() == before
    assert EC.as_dict(private=True)["d"] not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "vendor", "redirects"),
    [
        ("", "x", [BACK]),
        ("x", " ", [BACK]),
        ("x" * 81, "x", [BACK]),
        ("a\u202eb", "x", [BACK]),
        ("x", "x", []),
    ],
)
def test_a_name_that_deceives_or_no_address_is_refused(name, vendor, redirects, db, cluster):
    with as_owner(cluster), pytest.raises(SoftwareFault):
        registry.register(name, vendor, {"keys": [public(EC)]}, redirects)


def test_the_web_role_registers_and_withdraws_nothing(db):
    from django.db import ProgrammingError  # noqa: PLC0415

    with pytest.raises(ProgrammingError, match="permission denied"):
        Row.objects.create(client_id="sw_x", name="x", vendor="x", keys=[])
    with pytest.raises(ProgrammingError, match="permission denied"):
        Row.objects.update(revoked_at=None)


def test_the_commands_register_list_and_revoke(db, cluster, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(commands, "as_owner", as_owner)
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [public(EC)]}))
    commands.register(
        name="Officine 7", vendor="Éditeur", keys=file, redirect=[BACK], data=cluster, json=True
    )
    made = json.loads(capsys.readouterr().out)["client_id"]
    commands.list_software(data=cluster, json=True)
    line = next(row for row in json.loads(capsys.readouterr().out) if row["client_id"] == made)
    assert (line["name"], line["workstations"], line["revoked_at"]) == ("Officine 7", 0, None)
    commands.revoke(made, data=cluster, json=True)
    assert json.loads(capsys.readouterr().out)["revoked"] is False
    assert Row.objects.get(client_id=made).revoked_at is None, "only said"
    commands.revoke(made, apply=True, data=cluster, json=True)
    assert Row.objects.get(client_id=made).revoked_at is not None
    for as_json in (True, False):
        commands.list_software(data=cluster, json=as_json)
    with pytest.raises(SoftwareFault, match="No software"):
        commands.revoke("sw_unknown", data=cluster)


@pytest.mark.parametrize("content", [None, b"{", b"\xff", b" " * 70_000])
def test_a_file_that_is_no_jwks_is_told_in_a_line(content, tmp_path):
    file = tmp_path / "jwks.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(commands.KeysFileFault):
        commands.register(name="x", vendor="x", keys=file, redirect=[BACK])

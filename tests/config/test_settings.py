"""Settings fail loudly, say how to mend them, and are all in the reference."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.cli.variables import PAGES, VARIABLES
from tests.access.authority import Issuers

ROOT = Path(__file__).parents[2]
SOUND = {
    "REMPART_SECRET_KEY": "k" * 64,
    "REMPART_DSN": "postgresql://rempart_web@127.0.0.1:1/rempart",
    "REMPART_ROLE": "web",
}


def problems_with(tmp_path, **environment) -> dict[str, str]:
    """Ids of the checks that fail under this environment, with their hints."""
    script = (
        "import django, json; django.setup()\n"
        "from rempart.config.checks import settings_are_sound\n"
        "print(json.dumps({p.id: p.hint for p in settings_are_sound(None)}))"
    )
    return json.loads(run(tmp_path, script, **environment))


def run(tmp_path, script, **environment) -> str:
    base = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "rempart.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=base | {"REMPART_DATA": str(tmp_path)} | SOUND | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_a_sound_environment_has_no_problem(tmp_path):
    assert problems_with(tmp_path) == {}


@pytest.mark.parametrize(
    ("environment", "check"),
    [
        ({"REMPART_SECRET_KEY": ""}, "rempart.E010"),
        ({"REMPART_SECRET_KEY": "short"}, "rempart.E011"),
        ({"REMPART_SECRET_KEY": "", "REMPART_SECRET_KEY_FILE": "/nowhere"}, "rempart.E001"),
        ({"REMPART_DSN": "", "REMPART_ROLE": "web"}, "rempart.E013"),
        ({"REMPART_DSN": "rubbish rubbish"}, "rempart.E003"),
        ({"REMPART_ROLE": "superuser"}, "rempart.E012"),
        ({"REMPART_URL": "ftp://x"}, "rempart.E014"),
        ({"REMPART_URL": "http://rempart.example", "REMPART_HOSTS": "rempart.example"}, "rempart.E015"),
        ({"REMPART_HOSTS": "*"}, "rempart.E016"),
        ({"REMPART_URL": "https://rempart.example"}, "rempart.W001"),
        ({"REMPART_TIME_ZONE": "Mars/Olympus"}, "rempart.E017"),
        ({"REMPART_LOG_LEVEL": "LOUD"}, "rempart.E018"),
        (
            {"REMPART_DEMO": "1", "REMPART_URL": "https://x.example", "REMPART_HOSTS": "x.example"},
            "rempart.E019",
        ),
        ({"REMPART_DEMO": "1"}, "rempart.W002"),
        ({"REMPART_DEMO": "perhaps"}, "rempart.E002"),
        ({"REMPART_TRUSTED_PROXIES": "the proxy"}, "rempart.E002"),
        ({"REMPART_SMTP_URL": "mail.example"}, "rempart.E004"),
        ({"REMPART_POOL": "many"}, "rempart.E002"),
        ({"REMPART_CARD_URL": "https://elsewhere.example:8443"}, "rempart.E021"),
        ({"REMPART_CARD_URL": "http://localhost:8443/cards"}, "rempart.E021"),
        ({"REMPART_CARD_URL": "http://localhost:8443"}, "rempart.E022"),
        ({"REMPART_CARD_URL": "http://localhost:8443", "REMPART_CARD_SECRET": "short"}, "rempart.E023"),
        ({"REMPART_CARD_URL": "http://localhost:8443"}, "rempart.E024"),
    ],
)
def test_each_mistake_is_named_with_the_way_to_mend_it(tmp_path, environment, check):
    found = problems_with(tmp_path, **environment)
    assert check in found
    assert found[check]


def test_cards_are_taken_when_all_that_they_need_is_there(tmp_path):
    authorities, lists = Issuers().write(tmp_path)
    sound = {
        "REMPART_CARD_URL": "http://localhost:8443",
        "REMPART_CARD_AUTHORITIES": str(authorities),
        "REMPART_CARD_REVOCATION": str(lists),
        "REMPART_CARD_SECRET": "0" * 32,
        "REMPART_TRUSTED_PROXIES": "127.0.0.1",
    }
    assert problems_with(tmp_path, **sound) == {}
    lists.write_bytes(b"")
    assert set(problems_with(tmp_path, **sound)) == {"rempart.E024"}


def test_secrets_may_stand_in_files(tmp_path):
    key = tmp_path / "key"
    key.write_text("f" * 64 + "\n")
    script = "from rempart.config import settings; print(settings.SECRET_KEY)"
    environment = {"REMPART_SECRET_KEY": "", "REMPART_SECRET_KEY_FILE": str(key)}
    assert run(tmp_path, script, **environment).strip() == "f" * 64


def test_over_https_cookies_belong_to_this_host_alone(tmp_path):
    script = (
        "from rempart.config import settings as s; import json; print(json.dumps([s.SESSION_COOKIE_NAME,"
        "s.CSRF_COOKIE_NAME, s.REMPART_DEVICE_COOKIE, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.SECURE_HSTS_SECONDS > 31536000, s.CSRF_TRUSTED_ORIGINS]))"
    )
    assert json.loads(run(tmp_path, script, REMPART_URL="https://rempart.example")) == [
        "__Host-session",
        "__Host-csrf",
        "__Host-device",
        True,
        True,
        True,
        ["https://rempart.example"],
    ]


def test_the_mail_servers_address_is_understood(tmp_path):
    script = (
        "from rempart.config import settings as s; import json; print(json.dumps([s.EMAIL_HOST, s.EMAIL_PORT,"
        "s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL]))"
    )
    given = run(tmp_path, script, REMPART_SMTP_URL="smtp+tls://me%40x:p%2Fw@mail.example:2587")
    assert json.loads(given) == ["mail.example", 2587, "me@x", "p/w", True, False]


def test_error_pages_never_show_variables_whatever_the_environment(tmp_path):
    script = "from rempart.config import settings; print(settings.DEBUG)"
    assert run(tmp_path, script, DEBUG="1", REMPART_DEBUG="1", DJANGO_DEBUG="true").strip() == "False"


def test_every_setting_is_in_the_reference_and_the_reference_has_no_other():
    source = "\n".join(
        (ROOT / "src/rempart/config" / name).read_text() for name in ("settings.py", "environment.py")
    )
    read = {
        f"REMPART_{name}"
        for name in re.findall(r'(?:\btext|flag|number|words|networks|choice)\("(\w+)"', source)
    }
    described = set(
        re.findall(r"^\| `(REMPART_\w+)`", (ROOT / "docs/reference/settings.md").read_text(), re.MULTILINE)
    )
    of_others = {variable.name for variable in VARIABLES if not variable.processes & PAGES}
    assert read <= described
    assert described - read <= of_others  # the command's and the gate's own are held to it elsewhere

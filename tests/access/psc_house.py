"""Pro Santé Connect for tests: the running provider, somebody of the directory, the way there and back."""

import json
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests
from django.utils import timezone

from rempart.access.models import Activity, Organisation, Professional, Session
from rempart.access.open_account import open_account
from rempart.access.sessions import digest
from rempart.vocabulary.words import Profession
from tests.access import psc_provider
from tests.access.house import PASSWORD, as_owner

SAMPLE = Path(__file__).parents[1] / "data" / "pro_sante_connect" / "userinfo.json"


class Provider:
    """The running provider, and what it is told to say."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.issuer = f"{self.url}/realm"

    def says(self, person, **twist):
        requests.post(f"{self.url}/control", json={"person": person, "twist": twist}, timeout=5)

    def log(self, name):
        found = requests.get(f"{self.url}/log", timeout=5).json()
        return [given for asked, given in found if asked == name]

    def logout_token(self, sub):
        return requests.get(f"{self.url}/logout-token", {"sub": sub}, timeout=5).json()["logout_token"]


@contextmanager
def running():
    """The provider in a process of its own."""
    with subprocess.Popen(
        [sys.executable, psc_provider.__file__], stdout=subprocess.PIPE, text=True
    ) as process:
        yield Provider(int(process.stdout.readline()))
        process.terminate()


class Cast:
    """Somebody of the directory: where they work, their accounts, and what the provider says of them."""

    def __init__(self, cluster, fresh, *, places=1, accounts=1, profession="podiatrist", active=True):
        rpps = f"1{secrets.randbelow(10**10):010d}"
        with as_owner(cluster):
            self.professional = Professional.objects.create(
                rpps=rpps,
                profession=profession,
                active=active,
                given_name="Fistinien",
                family_name=fresh("G"),
            )
            self.places = [
                Organisation.objects.create(technical_id=fresh("R"), name=f"Cabinet {n}")
                for n in range(places)
            ]
            for place in self.places:
                Activity.objects.create(
                    professional=self.professional, organisation=place, profession=profession
                )
            self.accounts = [
                open_account(
                    fresh("fistinien"),
                    password=PASSWORD,
                    profession=Profession(profession),
                    organisation=place,
                    professional=self.professional,
                    card_until=timezone.now(),
                )
                for place in self.places[:accounts]
            ]
        self.sub = f"f:550dc1c8:{fresh('sub')}"
        self.claims = claims_of(f"8{rpps}", self.sub, [place.technical_id for place in self.places])


def claims_of(number, sub, technical_ids):
    claims = json.loads(SAMPLE.read_text("utf-8"))
    (exercise,) = claims["SubjectRefPro"]["exercices"]
    (activity,) = exercise["activities"]
    exercise["activities"] = [activity | {"identifiantTechniqueDeLaStructure": one} for one in technical_ids]
    return claims | {"SubjectNameID": number, "sub": sub}


def leave(client, target=""):
    return client.get("/psc/", {"next": target} if target else {})


def come_back(client, left):
    there = requests.get(left["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(there.headers["Location"])
    assert back.path == "/psc/back/"
    return f"{back.path}?{back.query}"


def go(client, target=""):
    return client.get(come_back(client, leave(client, target)))


def session_of(client):
    cookie = client.cookies.get("session")
    return Session.objects.filter(session_key=digest(cookie.value), ended_at=None).first() if cookie else None


def is_in(client, account=None):
    found = session_of(client)
    return bool(found and found.account_id and (account is None or found.account_id == account.pk))

"""Who plays in the demonstration: one account for each role, and those whom the attack drills have stolen."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from stdnum import luhn

from rempart.vocabulary.words import Profession

HIJACKED_2022, PHISHED_2024 = 19, 1
RACERS, RACE_ORGANISATIONS = 200, 20
PREY = 48
KEEPERS = ("alix", "bruno")
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Workplace:
    """An invented organisation."""

    technical_id: str
    name: str
    kind: str
    commune: str = ""
    postcode: str = ""


@dataclass(slots=True)
class Player:
    """An account to be opened. Secrets are drawn anew for each installation."""

    login: str
    profession: Profession
    role: str
    """`professional`, `operations` or `dpo`; for the drills `hijacked`, `phished`, `racer` or `prey`."""
    display_name: str
    workplace: Workplace | None = None
    rpps: str | None = None
    password: str | None = field(default_factory=lambda: _words(4, 4))
    totp_secret: str | None = field(
        default_factory=lambda: base64.b32encode(secrets.token_bytes(20)).decode()
    )
    api_token: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the ready file."""
        row = asdict(self)
        row["workplace"] = self.workplace.name if self.workplace else None
        row["structure"] = self.workplace.technical_id if self.workplace else None
        return row


_PRACTISING = """
pharmacie  | pharmacist | Camille Roussel     | Pharmacie des Tilleuls   | pharmacy | Nantes     | 44000
optique    | optician   | Nadia Ferrand       | Optique Clairvue         | optician | Lille      | 59000
medecin    | doctor     | Dr Hélène Marchand  | Cabinet médical du Parc  | practice | Strasbourg | 67000
dentiste   | dentist    | Dr Idriss Benali    | Cabinet dentaire Voltaire| practice | Lyon       | 69003
infirmiere | nurse      | Lucie Tanguy        | Cabinet infirmier du Port| practice | Brest      | 29200
"""


def _professionals() -> list[Player]:
    hospital = Workplace(
        "DEMO-HOPITAL", "Centre hospitalier des Trois Rivières", "hospital", "Ajaccio", "20000"
    )
    desk = Player("hopital", Profession.HOSPITAL_DESK, "professional", "Bureau des entrées", hospital)
    people = [_practising(line, number) for number, line in enumerate(_PRACTISING.split("\n")[1:-1], 1)]
    return [*people[:-1], desk, people[-1]]


def _practising(line: str, number: int) -> Player:
    login, profession, name, *where = (word.strip() for word in line.split("|"))
    place = Workplace(f"DEMO-{login.upper()}", *where)
    return Player(login, Profession(profession), "professional", name, place, rpps(number))


def cast() -> list[Player]:
    """One account for each role; the logins are easy to type."""
    return [
        *_professionals(),
        Player("exploitation", Profession.OPERATOR, "operations", "Exploitation, jour"),
        Player("exploitation-nuit", Profession.OPERATOR, "operations", "Exploitation, nuit"),
        Player("dpo", Profession.DPO, "dpo", "Déléguée à la protection des données"),
    ]


def newcomers() -> list[Player]:
    """Professionals of the directory who have no account yet, and may open one by letter."""
    place = Workplace("DEMO-NOUVELLE", "Pharmacie du Marché", "pharmacy", "Rennes", "35000")
    return [Player("", Profession.PHARMACIST, "newcomer", "Inès Garnier", place, rpps(60))]


def stolen() -> list[Player]:
    """The accounts of the replays: nineteen pharmacies for 2022, one for 2024."""
    hijacked = [
        _pharmacy(f"drill-2022-{n:02d}", "hijacked", rpps(100 + n)) for n in range(1, HIJACKED_2022 + 1)
    ]
    return [*hijacked, _pharmacy("drill-2024", "phished", rpps(199))]


def prey() -> Iterator[Player]:
    """Pharmacies whose software's token was stolen: a live attack ends with the card required of them."""
    for n in range(1, PREY + 1):
        place = Workplace(f"DEMO-LIVE-{n:02d}", f"Pharmacie visée {n}", "pharmacy")
        yield Player(
            f"drill-live-{n:02d}",
            Profession.PHARMACIST,
            "prey",
            f"Titulaire visé {n}",
            place,
            password=None,
            totp_secret=None,
        )


def racers() -> Iterator[Player]:
    """Accounts whose budget the race drill spends, ten to an organisation. Software only: no password."""
    places = [
        Workplace(f"DEMO-RACE-{n:02d}", f"Pharmacie d'essai {n}", "pharmacy")
        for n in range(1, RACE_ORGANISATIONS + 1)
    ]
    for n in range(1, RACERS + 1):
        yield Player(
            f"drill-race-{n:03d}",
            Profession.PHARMACIST,
            "racer",
            f"Essai {n}",
            places[n % RACE_ORGANISATIONS],
            password=None,
            totp_secret=None,
        )


def keepers() -> list[dict[str, str]]:
    """The two who may change limits, matrix and terminals."""
    return [{"name": name, "secret": _words(5, 4)} for name in KEEPERS]


def rpps(number: int) -> str:
    """An invented RPPS: eleven digits with a right key, in a range that is not given out."""
    digits = f"99{number:08d}"
    return f"{digits}{luhn.calc_check_digit(digits)}"


def doctors() -> list[str]:
    """Whom the population may have declared as its doctor: the one who plays, and forty others."""
    return [rpps(3), *(rpps(300 + n) for n in range(40))]


def _pharmacy(login: str, role: str, number: str) -> Player:
    place = Workplace(f"DEMO-{login.upper()}", f"Pharmacie ({login})", "pharmacy")
    return Player(login, Profession.PHARMACIST, role, f"Titulaire ({login})", place, number)


def _words(groups: int, letters: int) -> str:
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(letters)) for _ in range(groups))

"""Makes src/rempart/scan/sample/portail.log.gz: a portal nobody runs, its honest weeks and 2022's attack.

    python -m tests.scan.make_sample

Nineteen accounts of pharmacists, each on an address of its own, ask for person after person by number; around
them pharmacies, opticians and doctors at work. Everybody is invented; numbers of departments 96 do not exist.
"""

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SAMPLE = Path(__file__).parents[2] / "src/rempart/scan/sample/portail.log.gz"
_ZONE = ZoneInfo("Europe/Paris")
_BEGIN = datetime(2022, 3, 7, tzinfo=_ZONE)
_DAYS, _HONEST, _STOLEN = 8, 60, 19
_AGENT = "Mozilla/5.0"


def nir(dice):
    """Of a department that does not exist."""
    born = f"{dice.choice('12')}{dice.randrange(30, 100):02}{dice.randrange(1, 13):02}"
    return f"{born}96{dice.randrange(1, 900):03}{dice.randrange(1, 999):03}{dice.randrange(1, 98):02}"


def line(at, host, user, target, status, size, method="GET"):
    when = at.astimezone(_ZONE).strftime("%d/%b/%Y:%H:%M:%S %z")
    return at, f'{host} - {user} [{when}] "{method} {target} HTTP/1.1" {status} {size} "-" "{_AGENT}"'


def honest(dice):
    for number in range(_HONEST):
        user = f"{dice.choice(('pharma', 'optique', 'medecin'))}-{1000 + number}"
        host = f"198.51.{100 + number // 250}.{number % 250 + 1}"
        patients = [nir(dice) for _ in range(400)]
        for day in range(_DAYS):
            begin = _BEGIN + timedelta(days=day)
            if begin.weekday() == 6 or (begin.weekday() == 5 and dice.random() < 0.5):
                continue
            for _ in range(dice.randrange(4, 18)):
                at = begin + timedelta(seconds=dice.triangular(8.5 * 3600, 19 * 3600, 11 * 3600))
                chosen = dice.choice(patients)
                if dice.random() < 0.04:
                    yield line(at, host, user, "/recherche", 200, dice.randrange(3000, 9000), "POST")
                yield line(
                    at,
                    host,
                    user,
                    f"/beneficiaires/{chosen}/droits",
                    404 if dice.random() < 0.03 else 200,
                    dice.randrange(3000, 9000),
                )


def stolen(dice):
    for number in range(_STOLEN):
        user, host = f"pharma-{2000 + number}", f"203.0.113.{10 + number}"
        at = _BEGIN + timedelta(days=4, hours=21, minutes=dice.randrange(0, 300))
        for _ in range(dice.randrange(480, 620)):
            at += timedelta(seconds=dice.uniform(40, 75))
            status = 404 if dice.random() < 0.12 else 499 if dice.random() < 0.004 else 200
            yield line(
                at, host, user, f"/beneficiaires/{nir(dice)}/droits", status, dice.randrange(3000, 9000)
            )


def main():
    dice = random.Random(2022)
    lines = [
        text for _, text in sorted([*honest(dice), *stolen(dice)], key=lambda one: one[0].astimezone(UTC))
    ]
    for place in sorted(dice.sample(range(len(lines)), 9)):
        lines[place] = lines[place][: dice.randrange(20, 60)]
    SAMPLE.parent.mkdir(exist_ok=True)
    with SAMPLE.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    main()

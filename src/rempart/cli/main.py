"""The command `rempart`. Each command is imported when it is called, so that `--help` is quick.

Exit codes: 0 done; 1 a check found problems; 2 the command line was wrong; 3 and above a fault that one
line explains (4 directory in use, 5 other database version, 6 database down, 7 not set up, 8 port busy);
130 interrupted.
"""

import sys

from cyclopts import App, CycloptsError
from psycopg import OperationalError

from rempart.cli.screen import fail
from rempart.database.errors import DatabaseDownError
from rempart.vocabulary.faults import Fault

_WRONG_COMMAND_LINE = 2
_INTERRUPTED = 130

app = App(
    name="rempart",
    help="The professional door to health-insurance rights, built so that stolen credentials cannot empty it."
    "\n\nStart with `rempart demo`; `rempart doctor` tells what is wrong and how to mend it.",
    version_flags=["--version"],
)

app.command("rempart.cli.demo:app", name="demo", help="A living demonstration with invented data.")
app.command("rempart.cli.serve:serve", name="serve", help="Serve an installation.")
app.command("rempart.cli.database:app", name="database", help="Start, stop, migrate, enter the database.")
app.command(
    "rempart.cli.doctor:doctor", name="doctor", help="Name each problem and the command that mends it."
)
app.command(
    "rempart.cli.gate:app", name="gate", help="Limits, matrix, terminals; how a look-up would be decided."
)
app.command("rempart.cli.accounts:app", name="account", help="Open, list and shut accounts.")
app.command("rempart.cli.organisations:app", name="organisation", help="Find one; declare its networks.")
app.command("rempart.cli.software:app", name="software", help="Register, list and revoke vendors' software.")
app.command("rempart.cli.letters:app", name="letters", help="Print the codes that are sent by post.")
app.command("rempart.cli.bench:app", name="bench", help="Measure the gate on a throw-away installation.")
app.command("rempart.cli.drill:app", name="drill", help="Replay the attacks against the demonstration.")
app.command(
    "rempart.cli.score:score", name="score", help="Persons exposed by every attack; honest work disturbed."
)
app.command("rempart.cli.oncall:app", name="oncall", help="Whom an alert calls; whom the night card names.")
app.command("rempart.cli.contain:app", name="contain", help="Restrict, close a door, undo.")
app.command("rempart.cli.detect:app", name="detect", help="Detectors: list, replay, try and set thresholds.")
app.command("rempart.cli.scan:scan", name="scan", help="What left an existing portal, from its access logs.")
app.command("rempart.cli.journal:app", name="journal", help="What was disclosed to whom and why.")
app.command("rempart.cli.exposure:app", name="exposure", help="Who was exposed, exactly; who saw a person.")
app.command("rempart.cli.events:app", name="events", help="The journal told to other systems.")
app.command(
    "rempart.cli.importing:app", name="import", help="Bring in persons, professionals, insurers from files."
)
app.command(
    "rempart.cli.population:app", name="population", help="Make up a French population: nobody in it exists."
)
app.command("rempart.cli.decoys:app", name="decoy", help="Persons who do not exist, for thieves to find.")
app.command("rempart.cli.persons:app", name="persons", help="Insured persons who leave.")
app.command("rempart.cli.leaks:app", name="leaks", help="Passwords and mailboxes found in leaks.")
app.command("rempart.cli.keys:app", name="keys", help="Withdraw or rotate keys.")
app.command("rempart.cli.config:app", name="config", help="The settings in force and where they come from.")


def main() -> None:
    """Run one command; a fault becomes one line and its exit code, never a traceback."""
    try:
        app(exit_on_error=False)
    except Fault as fault:
        fail(fault)
    except OperationalError:  # its message may name a host and a role: the doctor says more
        fail(DatabaseDownError("The database does not answer.", "rempart doctor"))
    except CycloptsError:
        sys.exit(_WRONG_COMMAND_LINE)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)

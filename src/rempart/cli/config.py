"""`rempart config`: which settings are in force and where each comes from."""

import os

from cyclopts import App

from rempart.cli import screen
from rempart.cli.options import Json
from rempart.cli.variables import VARIABLES, Variable

app = App(name="config", help="The settings in force and where they come from.")


@app.command
def show(*, json: Json = False) -> None:
    """Print every setting, its value and its source. A secret's value is never printed."""
    rows = [(variable.name, *_state(variable), variable.meaning) for variable in VARIABLES]
    if json:
        keys = ("name", "value", "source", "meaning")
        screen.out.print_json(data=[dict(zip(keys, row, strict=True)) for row in rows])
    else:
        screen.table("setting", "value", "from", "meaning", rows=rows)


def _state(variable: Variable) -> tuple[str, str]:
    if variable.name in os.environ:
        return ("(secret)" if variable.secret else os.environ[variable.name]), "environment"
    file = f"{variable.name}_FILE"
    if file in os.environ:
        return os.environ[file], file
    return variable.default, "default"

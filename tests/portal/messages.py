"""Finds every text that pages may show, without the gettext tools: in templates and in Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

import rempart

SOURCE = Path(rempart.__file__).parent
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_STRING = r"""(?:u?)(['"])((?:\\.|(?!\{0}).)*)\{0}"""
_TEMPLATE = re.compile(rf"\b(?:n?p?gettext|_)\({_STRING.format(1)}(?:,\s*{_STRING.format(3)})?", re.DOTALL)


def in_templates(folder: Path = SOURCE) -> Iterator[str]:
    """Message ids of every template; of a plural, both forms."""
    for path in sorted(folder.rglob("*.html")):
        for found in _TEMPLATE.finditer(templatize(path.read_text("utf-8"), origin=str(path))):
            for text in (found[2], found[4]):
                if text is not None:
                    yield ast.literal_eval(f"'''{text}'''")


def in_python(folder: Path) -> Iterator[str]:
    """Message ids of every call in Python."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _CALLS:
                texts = (
                    node.args[1:2]
                    if _name(node.func) in _CONTEXT
                    else node.args[: 2 if _name(node.func)[0] == "n" else 1]
                )
                yield from (
                    arg.value for arg in texts if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                )


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""

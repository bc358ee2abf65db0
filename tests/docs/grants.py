"""Reads `grants.sql` into (role, kind, object) → privileges, and the reference's tables into the same."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SQL = ROOT / "src" / "rempart" / "database" / "sql" / "grants.sql"
PAGE = ROOT / "docs" / "reference" / "roles-and-grants.md"
_GRANT = re.compile(r"^grant\s+(.+?)\s+on\s+(.+?)\s+to\s+rempart_(\w+);", re.MULTILINE | re.DOTALL)
_KINDS = ("schema", "function", "sequence")

Grants = dict[tuple[str, str, str], frozenset[str]]


def of_sql() -> Grants:
    text = re.sub(r"--[^\n]*", "", SQL.read_text("utf-8"))
    text = re.sub(r"do \$\$.*?\$\$;", "", text, flags=re.DOTALL)
    found: dict[tuple[str, str, str], set[str]] = {}
    for privileges, objects, role in _GRANT.findall(text):
        kind, names = _objects(" ".join(objects.split()))
        for name in names:
            found.setdefault((role, kind, name), set()).update(_privileges(" ".join(privileges.split())))
    return {key: frozenset(words) for key, words in found.items()}


def of_page() -> Grants:
    found: Grants = {}
    role = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := re.match(r"## `rempart_(\w+)`", line):
            role = heading[1]
        elif row := re.match(r"\| (schema|table|function|sequence) \| (.+?) \| (.+?) \|$", line):
            names = re.findall(r"`([^`]+)`", row[2])
            words = frozenset(_privileges(row[3].replace("`", "")))
            found |= {(role, row[1], name): words for name in names}
    return found


def _objects(text: str) -> tuple[str, list[str]]:
    kind = next((kind for kind in _KINDS if text.startswith(kind + " ")), "table")
    return kind, [name.strip() for name in text.removeprefix(kind).split(",")]


def _privileges(text: str) -> set[str]:
    """`select, update (a, b)` → {"select", "update a", "update b"}."""
    words: set[str] = set()
    for word, columns in re.findall(r"(\w+)\s*(?:\(([^)]*)\))?", text):
        words.update({f"{word} {column.strip()}" for column in columns.split(",")} if columns else {word})
    return words

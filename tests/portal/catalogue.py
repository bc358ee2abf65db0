"""Reads and compiles a gettext catalogue without the gettext tools.

After a change of a .po file: `python -m tests.portal.catalogue` writes the .mo files that are committed.
"""

import ast
import gettext
import struct
from pathlib import Path

from tests.portal.messages import SOURCE

LOCALE = SOURCE / "locale"
Entries = dict[str, str]


def read(po: Path) -> Entries:
    """Message id (with its context and plural as .mo files join them) → translation."""
    entries: Entries = {}
    for block in po.read_text("utf-8").split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith('"'):
                parts[key] += ast.literal_eval(line)
            elif not line.startswith("#") and line.strip():
                key, text = line.split(" ", 1)
                parts[key] = ast.literal_eval(text)
        if parts:
            entries[_id(parts)] = _translation(parts)
    return entries


def _id(parts: dict[str, str]) -> str:
    context = parts["msgctxt"] + "\x04" if "msgctxt" in parts else ""
    plural = "\0" + parts["msgid_plural"] if "msgid_plural" in parts else ""
    return context + parts["msgid"] + plural


def _translation(parts: dict[str, str]) -> str:
    return "\0".join(text for key, text in parts.items() if key.startswith("msgstr"))


def compiled(entries: Entries) -> bytes:
    """The .mo file's bytes: a header, two tables of lengths and places, then the texts."""
    pairs = sorted((key.encode(), text.encode()) for key, text in entries.items())
    start = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    texts = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), start + len(texts)))
            texts += pair[column] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return header + b"".join(tables) + texts


def main() -> None:
    for po in sorted(LOCALE.rglob("*.po")):
        mo = po.with_suffix(".mo")
        mo.write_bytes(compiled(read(po)))
        with mo.open("rb") as file:
            gettext.GNUTranslations(file)


if __name__ == "__main__":
    main()

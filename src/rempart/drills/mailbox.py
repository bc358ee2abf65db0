"""The victim's mailbox, as whoever has its password reads it: the demonstration writes mail to DIR/mail."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_BETWEEN = b"\n" + b"-" * 79 + b"\n"
_LINK = re.compile(r"https?://[^/\s]+(/reset/word/[^/\s]+/)")
_POLL = 0.5


class Mailbox:
    """What arrived for one login since it was opened."""

    def __init__(self, data: Path, login: str) -> None:
        self._folder = data / "mail"
        self._login = login
        self._before = len(self._all())

    def mails(self) -> list[EmailMessage]:
        """Everything that arrived since, the earliest first."""
        return self._all()[self._before :]

    def links(self) -> list[str]:
        """The paths of the addresses by which a password may be chosen."""
        return [path for mail in self.mails() for path in _LINK.findall(text_of(mail))]

    async def wait_for_links(self, tries: int = 40) -> list[str]:
        """The same, once the worker has had its time."""
        for _ in range(tries):
            if self.links():
                break
            await asyncio.sleep(_POLL)
        await asyncio.sleep(2 * _POLL)  # those that were asked for at the same time
        return self.links()

    def _all(self) -> list[EmailMessage]:
        files = sorted(self._folder.glob("*.log"), key=lambda file: file.stat().st_mtime)
        raws = [raw for file in files for raw in file.read_bytes().split(_BETWEEN) if raw.strip()]
        found = [message_from_bytes(raw, policy=policy.default) for raw in raws]
        return [mail for mail in found if str(mail["To"] or "").startswith(f"{self._login}@")]


def text_of(mail: EmailMessage) -> str:
    """What the mail says in plain text."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""

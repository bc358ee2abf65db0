"""nginx as the how-to shows it, in front of a real web process: ports and folders put in place of its own."""

import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from rempart.database import spawn
from rempart.database.connect import dsn
from tests.access.authority import Card, Issuers, server

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "accept-professional-cards.md"
HOST = "rights.example.org"


def shown() -> str:
    """The file that the how-to shows."""
    found = re.search(r"```nginx\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert found
    return found.group(1)


@dataclass
class Place:
    """One installation with cards: nginx on two ports, the web process behind it."""

    data: Path
    folder: Path
    issuers: Issuers = field(default_factory=Issuers)
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    ports: dict[int, int] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.ports[443]}"

    @property
    def card_url(self) -> str:
        return f"https://localhost:{self.ports[8443]}"

    @property
    def behind(self) -> str:
        """Straight at the web process's port."""
        return f"http://127.0.0.1:{self.ports[8000]}"

    # Who asks ----------------------------------------------------------------------------------

    def browser(self, card: Card | None = None) -> httpx.Client:
        """A client of nginx, with a card in its reader or none."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.folder / "tls" / f"{HOST}.pem")
        if card:
            context.load_cert_chain(*card.write(self.folder / "readers", secrets.token_hex(4)))
        return httpx.Client(verify=context, timeout=10)

    def press(self, browser: httpx.Client, path: str = "/sign-in/card/", **fields: Any) -> httpx.Response:
        """Open the page of the card and press a button of it."""
        page = browser.get(self.card_url + path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text
        account = re.search(r'name="account" value="(\d+)"', page.text)
        sent = {"csrfmiddlewaretoken": token.group(1)}
        if account:
            sent["account"] = account.group(1)
        return browser.post(self.card_url + path, data=sent | fields, headers={"Origin": self.card_url})

    # Starting and stopping ---------------------------------------------------------------------

    def start(self) -> None:
        self.ports = dict(zip((443, 8443, 8000, 8001), _free_ports(4), strict=True))
        authorities, lists = self.issuers.write(self.folder / "cards")
        server("localhost").write(self.folder / "tls", HOST)
        self._serve_pages(authorities, lists)
        self._start_nginx()
        self._wait()

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(15)

    def reload_nginx(self) -> None:
        """As after new lists of revoked cards."""
        subprocess.run([*self._nginx(), "-s", "reload"], check=True, capture_output=True)
        time.sleep(0.5)

    def _serve_pages(self, authorities: Path, lists: Path) -> None:
        env = {
            "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
            "REMPART_ROLE": "web",
            "REMPART_DSN": dsn("web", self.data),
            "REMPART_DATA": str(self.data),
            "REMPART_SECRET_KEY": os.environ["REMPART_SECRET_KEY"],
            "REMPART_URL": self.url,
            "REMPART_TRUSTED_PROXIES": "127.0.0.1",
            "REMPART_CARD_URL": self.card_url,
            "REMPART_CARD_AUTHORITIES": str(authorities),
            "REMPART_CARD_REVOCATION": str(lists),
            "REMPART_CARD_SECRET": self.secret,
        }
        where = ("--host", "127.0.0.1", "--port", str(self.ports[8000]))
        how = ("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning", "--workers", "1")
        command = [sys.executable, "-m", "granian", *how, *where, "--blocking-threads", "4"]
        command.append("rempart.config.wsgi:application")
        log = self.folder / "web.log"
        self.processes.append(spawn.spawn(command, log=log, env=spawn.environment(env)))

    def _start_nginx(self) -> None:
        text = shown()
        for known, port in self.ports.items():
            text = re.sub(rf"(listen |127\.0\.0\.1:){known}\b", rf"\g<1>{port}", text)
        text = text.replace(f"https://{HOST}", self.url).replace(
            f"server_name {HOST}", "server_name localhost"
        )
        text = text.replace("/etc/nginx", str(self.folder))
        vouches = f'proxy_set_header X-SSL-Client-Proxy "{self.secret}";\n'
        (self.folder / "rempart_card_secret.conf").write_text(vouches)
        (self.folder / "rempart.conf").write_text(text)
        temporary = "".join(
            f"{what}_temp_path {self.folder}/{what};\n"
            for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {self.folder}/nginx.pid;\n"
            f"error_log {self.folder}/nginx.log;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{temporary}include {self.folder}/rempart.conf;\n}}\n"
        )
        with (self.folder / "nginx.log").open("ab") as log:
            self.processes.append(subprocess.Popen(self._nginx(), stdout=log, stderr=log))

    def _nginx(self) -> list[str]:
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        return [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    def _wait(self, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        with self.browser() as visitor:
            while time.monotonic() < deadline:
                try:
                    if visitor.get(self.url + "/sign-in/").status_code < 500:
                        return
                except httpx.HTTPError:
                    pass
                time.sleep(0.2)
        logs = [self.folder / "web.log", self.folder / "nginx.log"]
        raise AssertionError("\n".join(log.read_text()[-3000:] for log in logs))


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports

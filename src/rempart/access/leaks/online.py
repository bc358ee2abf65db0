"""Asks a range service whether a password is leaked, without telling it the password, nor even its hash.

Of the SHA-1 only the first five hexadecimal digits leave (k-anonymity): the service answers with every hash
that begins so, padded so that the length of the answer says nothing, and the comparison is made here. The
protocol is that of Have I Been Pwned's Pwned Passwords, so a mirror of one's own serves as well.

A service that does not answer delays nobody for long: the local corpus decides alone, and it is not asked
again for a minute.
"""

import http.client
import logging
import threading
import time
import urllib.error
import urllib.request

TIMEOUT = 1.0
"""Seconds, for the whole answer."""
PAUSE = 60.0
_PREFIX = 5
_MOST = 2**20
_logger = logging.getLogger("rempart.access")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """None: the service answers itself or not at all."""


_open = urllib.request.build_opener(_NoRedirects).open


class RangeService:
    """A service at one address; threads may share it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def holds(self, digest: bytes) -> bool:
        """Whether the service knows the SHA-1; False, and a warning in the log, when it does not answer."""
        if time.monotonic() < self._silent_until:
            return False
        prefix, suffix = digest.hex().upper()[:_PREFIX], digest.hex().upper()[_PREFIX:]
        try:
            return _names(self._ask(prefix), suffix)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            self._pause(fault)
            return False

    def _ask(self, prefix: str) -> str:
        request = urllib.request.Request(  # noqa: S310  # the operator's own address; a start-up check reads it
            f"{self.url}/{prefix}", headers={"Add-Padding": "true", "User-Agent": "rempart"}
        )
        end, answer = time.monotonic() + TIMEOUT, b""
        with _open(request, timeout=TIMEOUT) as response:
            while part := response.read1(65_536):
                answer += part
                if time.monotonic() > end or len(answer) > _MOST:
                    raise TimeoutError
        return answer.decode("ascii")

    def _pause(self, fault: Exception) -> None:
        with self._lock:
            if time.monotonic() >= self._silent_until:
                _logger.warning(
                    "the service of leaked passwords does not answer (%s): for a minute the local corpus "
                    "decides alone",
                    type(fault).__name__,
                )
            self._silent_until = time.monotonic() + PAUSE


def _names(answer: str, suffix: str) -> bool:
    """`SUFFIX:COUNT` a line; padding has the count 0."""
    for line in answer.splitlines():
        known, colon, count = line.strip().partition(":")
        if known.upper() == suffix:
            return bool(colon) and int(count) > 0
    return False

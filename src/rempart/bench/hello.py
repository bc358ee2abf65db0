"""`python -m rempart.bench.hello --port N`: the least that the same server can do, as a ceiling.

The gate's own server and parser, on the same loop, answering a constant of a look-up's size: what is
left when nothing is read, decided, counted, journaled or opened.
"""

import argparse
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
import uvloop

_BODY = b'{"verdict":"hello","padding":"' + b"." * 560 + b'"}'
_HEAD = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(_BODY)).encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


async def hello(
    _scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Read the request's body and answer."""
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
    await send({"type": "http.response.body", "body": _BODY})


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="A bare answer from the gate's own server.")
    parser.add_argument("--port", type=int, required=True)
    config = uvicorn.Config(
        hello,
        host="127.0.0.1",
        port=parser.parse_args().port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        http="httptools",
        loop="none",
        ws="none",
        proxy_headers=False,
        server_header=False,
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()

"""Prism between Twilio's client and the fake, checking both against Twilio's own OpenAPI."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import tools


@contextmanager
def running_prism(upstream: str, log: Path) -> Iterator[str]:
    """The address of a proxy to `upstream`.

    A request that breaks the description is answered 422 and never passed on; an answer that
    does becomes a 500. Raises RuntimeError when the proxy does not start.
    """
    port = _free_port()
    description = log.with_suffix(".json")
    description.write_text(json.dumps(_described()))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(tools.node() or "node", tools.PRISM, "proxy", "--errors", "-v", "error"),
                *("-p", str(port), description, upstream),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_listening(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def _described() -> dict[str, Any]:
    """Twilio's description, mended where Twilio does not keep to it: the addresses in a listing
    are no URIs, they begin with the path, and Twilio's client leans on that.
    """
    found: dict[str, Any] = json.loads(tools.TWILIO_API.read_text())
    listing = found["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["get"]
    schema = listing["responses"]["200"]["content"]["application/json"]["schema"]
    for name, fact in schema["properties"].items():
        if name.endswith("uri"):
            fact.pop("format")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    # Reading Twilio's description takes seconds, more on a busy machine.
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Prism did not start: {log.read_text(errors='replace')[-2000:]}")

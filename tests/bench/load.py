"""HTTP at the least cost to the asker: one keep-alive socket, bytes in, bytes out."""

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from types import TracebackType


class Unexpected(Exception):
    """An answer that no benchmark is worth: the wrong status, or another body than before."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    expects: int | None = 200
    """None for whatever comes."""

    @cached_property
    def encoded(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Answer:
    """`seconds` from the first byte sent to the last byte received."""

    status: int
    head: bytes
    body: bytes
    seconds: float

    def header(self, name: str) -> str | None:
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            known, _, value = line.partition(":")
            if known.lower() == name.lower():
                return value.strip()
        return None


class Client:
    """One connection, kept open; one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def ask(self, request: Request) -> Answer:
        """Raises Unexpected unless the status is the one that is expected."""
        sent = request.encoded
        begun = perf_counter()
        self.socket.sendall(sent)
        head, body = self.receive()
        answer = Answer(int(head[9:12]), head, body, perf_counter() - begun)
        if request.expects not in {None, answer.status}:
            raise Unexpected(f"{request.method} {request.path}: {answer.status} {body[:400]!r}")
        return answer

    def receive(self) -> tuple[bytes, bytes]:
        received = self.read()
        while b"\r\n\r\n" not in received:
            received += self.read()
        head, _, body = received.partition(b"\r\n\r\n")
        if head[9:12] == b"304":
            return head, b""
        if b"\r\ntransfer-encoding: chunked" in head.lower():
            return head, self.receive_chunks(body)
        length = content_length(head)
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self.read())
            missing -= len(parts[-1])
        return head, b"".join(parts)

    def receive_chunks(self, received: bytes) -> bytes:
        """RFC 9112 7.1, without extensions or trailers."""
        parts = []
        while True:
            while b"\r\n" not in received:
                received += self.read()
            size, _, received = received.partition(b"\r\n")
            missing = int(size, 16) + 2 - len(received)
            while missing > 0:
                received += self.read()
                missing = int(size, 16) + 2 - len(received)
            part, received = received[: int(size, 16)], received[int(size, 16) + 2 :]
            if not part:
                return b"".join(parts)
            parts.append(part)

    def read(self) -> bytes:
        received = self.socket.recv(262_144)
        if not received:
            raise Unexpected("The server closed the connection.")
        return received


def content_length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    if not rest:
        raise Unexpected(f"No Content-Length: {head!r}")
    return int(rest.split(b"\r\n", 1)[0])


def at_once(clients: Sequence[Client], queues: Sequence[Sequence[Request]]) -> "Burst":
    """Each client asks its queue, all beginning together.

    Raises the first thing that went wrong, when all have ended.
    """
    answers: list[list[Answer]] = [[] for _ in clients]
    errors: list[Exception] = []
    begin = threading.Barrier(len(clients) + 1)

    def work(place: int) -> None:
        begin.wait()
        try:
            answers[place] = [clients[place].ask(request) for request in queues[place]]
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[place]) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    begin.wait()
    begun = perf_counter()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - begun
    if errors:
        raise errors[0]
    return Burst(seconds, answers)


@dataclass(frozen=True)
class Burst:
    """What came of clients at once: `seconds` to the last answer, and each client's answers."""

    seconds: float
    answers: Sequence[Sequence[Answer]]

"""A package registry of this process's own that answers wrongly when it is told to.

It listens where containers of the engine reach this host, and carries one package. What a run is
given of it is what a host hands on: the address of its registry.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import socket
import tarfile
import threading
import time
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

PACKAGE = "tiny-dep"
_SILENCE_S = 30.0


class Answer(Enum):
    """What comes instead of the right answer."""

    BUSY = "429"
    BROKEN = "500"
    AWAY = "503"
    HALF = "half of it"
    NOTHING = "nothing, and the line is closed"
    SILENCE = "nothing, and the line stays open"
    EMPTY = "an empty page"
    BLANK = "an object that says nothing"
    PORTAL = "a page that asks people to log in"
    OTHER = "something else than its checksum says"
    MISSING = "404"
    """The one answer that is right to give, and that says something of the project."""


class Part(Enum):
    """What the wrong answer is about."""

    FACTS = "what versions there are"
    FILE = "the package itself"


class Registry:
    """Serves at `address`; `wrong` is what it answers about which part, None when it is healthy."""

    def __init__(self, host: str) -> None:
        self.wrong: tuple[Part, Answer] | None = None
        self.asked: list[str] = []
        self.met = self.after = 0
        self.most: int | None = None
        self.terse = False
        self._archive = _archive("module.exports = 'healthy'\n")
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                registry.serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server((host, 0), Handler)
        self.host = host
        self.address = f"http://{host}:{self._server.server_port}/"
        self._open = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._open = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def arm(
        self,
        wrong: tuple[Part, Answer] | None,
        *,
        after: int = 0,
        most: int | None = None,
        terse: bool = False,
    ) -> None:
        """Forget what was asked and answer so from now on, or after so many right answers.

        most: how many wrong answers are given. terse: a 404 is a bare line of text, as many
        registries but the public one give it.
        """
        self.wrong, self.met, self.after, self.most = wrong, 0, after, most
        self.terse = terse
        self.asked.clear()

    def serve(self, asked: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        # A client that takes this for its proxy names the whole address.
        path = unquote(urlsplit(asked.path).path)
        self.asked.append(path)
        if path.endswith(".tgz"):
            part, kind, body = Part.FILE, "application/octet-stream", self._archive
        elif path.rstrip("/") == f"/{PACKAGE}":
            part, kind, body = Part.FACTS, "application/json", self._facts()
        else:
            _send(asked, 404, "application/json", b'{"error": "Not found"}')
            return
        if self.wrong is None or self.wrong[0] is not part:
            _send(asked, 200, kind, body)
            return
        if self.most is not None and self.met >= self.most:
            _send(asked, 200, kind, body)
            return
        if self.after > 0:
            self.after -= 1
            _send(asked, 200, kind, body)
            return
        self.met += 1
        self._send_wrong(asked, self.wrong[1], kind, body)

    def _send_wrong(
        self, asked: BaseHTTPRequestHandler, answer: Answer, kind: str, body: bytes
    ) -> None:
        match answer:
            case Answer.BUSY | Answer.BROKEN | Answer.AWAY | Answer.MISSING:
                if answer is Answer.MISSING and self.terse:
                    _send(asked, 404, "text/plain", b"not found")
                    return
                text = b'{"error": "Not found"}' if answer is Answer.MISSING else b"{}"
                _send(asked, int(answer.value), "application/json", text)
            case Answer.HALF:
                _send(asked, 200, kind, body[: len(body) // 2], length=len(body))
                asked.close_connection = True
            case Answer.NOTHING:
                asked.connection.shutdown(socket.SHUT_RDWR)
                asked.close_connection = True
            case Answer.SILENCE:
                end = time.monotonic() + _SILENCE_S
                while self._open and time.monotonic() < end:
                    time.sleep(0.05)
                asked.close_connection = True
            case Answer.EMPTY:
                _send(asked, 200, kind, b"")
            case Answer.BLANK:
                _send(asked, 200, kind, b"{}")
            case Answer.PORTAL:
                _send(asked, 200, "text/html", b"<html><body>Please log in.</body></html>")
            case Answer.OTHER:
                _send(asked, 200, kind, _archive("module.exports = 'other'\n"))

    def _facts(self) -> bytes:
        sums = hashlib.sha512(self._archive).digest()
        dist = {
            "tarball": f"{self.address}{PACKAGE}/-/{PACKAGE}-1.0.0.tgz",
            "integrity": f"sha512-{base64.b64encode(sums).decode()}",
            "shasum": hashlib.sha1(self._archive, usedforsecurity=False).hexdigest(),
        }
        version = {"name": PACKAGE, "version": "1.0.0", "main": "index.js", "dist": dist}
        return json.dumps(
            {
                "name": PACKAGE,
                "dist-tags": {"latest": "1.0.0"},
                "versions": {"1.0.0": version},
                "time": {"1.0.0": "2026-01-01T00:00:00.000Z"},
            }
        ).encode()


def _send(
    asked: BaseHTTPRequestHandler, status: int, kind: str, body: bytes, *, length: int | None = None
) -> None:
    asked.send_response(status)
    asked.send_header("Content-Type", kind)
    asked.send_header("Content-Length", str(len(body) if length is None else length))
    asked.end_headers()
    asked.wfile.write(body)


def _archive(code: str) -> bytes:
    """A package whose only file is this code, and some that does not compress."""
    noise = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(200))
    manifest = json.dumps({"name": PACKAGE, "version": "1.0.0", "main": "index.js"})
    files = {"package.json": manifest, "index.js": code, "noise.txt": noise}
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size, entry.mode = len(text), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(held.getvalue(), mtime=0)

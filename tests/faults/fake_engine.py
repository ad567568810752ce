"""A container engine of this process's own, behind a socket, that fails when it is told to.

It speaks as much of the engine's protocol as verifier uses and plays one project: a build that
needs the variable `API_URL`. What stands between it and the code under test is the real client.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
import struct
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class Kind(Enum):
    """What happens instead of an answer."""

    REFUSED = "500"
    CONFLICT = "409"
    MISSING = "404"
    FULL = "no space left on device"
    DROPPED = "the connection is closed"
    HALF = "half of an answer"
    GARBAGE = "an answer that is none"
    DEAD = "the engine is killed and does not come back"
    RESTARTED = "the engine is killed, its containers with it, and comes back"


@dataclass(frozen=True)
class Fault:
    """The `nth` request (from 0) whose line matches meets `kind`."""

    line: str
    kind: Kind
    nth: int = 0


@dataclass
class _Held:
    labels: Mapping[str, str]
    image: str
    role: str
    files: dict[str, bytes] = field(default_factory=dict)
    running: bool = False
    name: str = ""
    jump_s: float = 0.0
    says: bytes = b""
    types: str = ""


_UNSET = b"Error: API_URL is not set\n    at Object.<anonymous> (/vercel/path0/build.js:1)\n"


class FakeEngine:
    """Listens on a socket in `folder`; `requests` are the lines it was asked, in order.

    says: what a failing build prints. types: what the project's compiler says where it is asked.
    """

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "engine.sock")
        self.requests: list[str] = []
        self.fault: Fault | None = None
        self.met = 0
        self.containers: dict[str, _Held] = {}
        self.images: dict[str, str] = {"mirror": "sha256:mirror"}
        self.execs: dict[str, tuple[str, list[str], int | None]] = {}
        self.dead = False
        self.jump_s = 0.0
        """How far the clock of its containers jumps between install and build."""
        self.says = _UNSET
        self.types = ""
        self._count = 0
        self._lock = threading.RLock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.address)
        self._listener.listen(64)
        self._open = True
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Stop listening; no thread may wait on a descriptor that the next engine is given."""
        self._open = False
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()

    def arm(self, fault: Fault | None) -> None:
        """Forget what was asked and fail so from now on."""
        with self._lock:
            self.fault, self.met, self.dead = fault, 0, False
            self.requests.clear()

    # -- the protocol ------------------------------------------------------------------------

    def _accept(self) -> None:
        while self._open:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with link, contextlib.suppress(OSError, ValueError):
            stream = link.makefile("rwb")
            while True:
                first = stream.readline().decode()
                if not first or self.dead:
                    return
                method, target, _ = first.split(" ")
                headers = _headers(stream)
                body = _body(stream, headers)
                line = f"{method} {re.sub(r'^/v[0-9.]+', '', target)}"
                if not self._answer(stream, line, body):
                    return

    def _answer(self, stream: Any, line: str, body: bytes) -> bool:
        with self._lock:
            self.requests.append(line)
            fault = self.fault
            hit = fault is not None and re.search(fault.line, line) is not None
            if hit:
                self.met += 1
            kind = fault.kind if fault and hit and self.met == fault.nth + 1 else None
        if kind is not None and not line.startswith("POST /exec"):
            return self._fail(stream, kind)
        if line.startswith("POST /exec") and line.endswith("/start"):
            self._stream(stream, line.split("/")[2], kind)
            return False
        status, value = self._route(line, body)
        _send(stream, status, value)
        return True

    def _fail(self, stream: Any, kind: Kind) -> bool:
        match kind:
            case Kind.REFUSED | Kind.FULL:
                _send(stream, 500, {"message": f"injected: {kind.value}"})
                return True
            case Kind.CONFLICT | Kind.MISSING:
                _send(stream, int(kind.value), {"message": f"injected: {kind.value}"})
                return True
            case Kind.GARBAGE:
                _send(stream, 200, b"<html>not what you asked for")
                return True
            case Kind.HALF:
                stream.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                stream.write(b'Content-Length: 5000\r\n\r\n{"Id": "')
                stream.flush()
            case Kind.DEAD:
                self.dead = True
            case Kind.RESTARTED:
                self.containers.clear()
            case Kind.DROPPED:
                pass
        return False

    def _route(self, line: str, body: bytes) -> tuple[int, Any]:
        method, _, target = line.partition(" ")
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
        for pattern, answer in _ROUTES.items():
            found = re.fullmatch(pattern, f"{method} {path}")
            if found:
                with self._lock:
                    return answer(self, found, query, body)
        return 404, {"message": f"no such page: {line}"}

    def _stream(self, stream: Any, name: str, kind: Kind | None) -> None:
        """The output of a command; a fault comes in the middle of it."""
        stream.write(
            b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
            b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        )
        stream.flush()
        container, argv, _ = self.execs[name]
        held = self.containers.get(container)
        if held is None:
            return
        pieces = _play(held, argv)
        code: int | None = None
        for number, piece in enumerate(pieces):
            if isinstance(piece, int):
                code = piece
                break
            if kind is not None and number == 1:
                self._fail(io.BytesIO(), kind)
                if kind is Kind.GARBAGE:
                    stream.write(b"\xff" * 64)
                    stream.flush()
                return
            stream.write(struct.pack(">BxxxL", 1, len(piece)) + piece)
            stream.flush()
        self.execs[name] = (container, argv, code)

    def new_id(self) -> str:
        """A name nobody has yet."""
        self._count += 1
        return f"{self._count:064x}"


def _headers(stream: Any) -> dict[str, str]:
    found = {}
    while (row := stream.readline().decode().strip()) != "":
        name, _, value = row.partition(":")
        found[name.lower()] = value.strip()
    return found


def _body(stream: Any, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        parts = []
        while size := int(stream.readline().strip() or b"0", 16):
            parts.append(stream.read(size))
            stream.readline()
        stream.readline()
        return b"".join(parts)
    body: bytes = stream.read(int(headers.get("content-length", "0")))
    return body


def _send(stream: Any, status: int, value: Any) -> None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    if status == 204:
        body = b""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    stream.write(head.encode() + b"\r\n\r\n" + body)
    stream.flush()


# -- what it plays ---------------------------------------------------------------------------


def _play(held: _Held, argv: list[str]) -> Iterator[bytes | int]:
    if argv[-1].endswith("job.json"):
        yield from _build(held)
    elif argv[-1].endswith("collect.json"):
        yield b" "
        yield json.dumps(_collected(held)).encode()
        yield 0
    else:
        yield b"v24.1.0\n"
        yield b"11.0.0\n"
        yield 0


def _build(held: _Held) -> Iterator[bytes | int]:
    body = held.files.pop("opt/verifier/job.json", None)
    if body is None:
        yield 70
        return
    job = json.loads(body)
    nonce, root = job["nonce"], job["root"]

    now = 0.1

    def event(**facts: Any) -> bytes:
        return f"\x1e{nonce} {json.dumps({'t': now, 'cwd': root, **facts})}\n".encode()

    yield event(event="began")
    yield b"Running build\n"
    command = {"phase": "install", "command": "npm install"}
    if job["hook"]["installed"]:
        yield event(event="skip", **command)
    else:
        yield event(event="start", **command)
        yield b"added 1 package\n"
        now += held.jump_s
        yield event(event="end", code=0, **command)
    yield event(event="boundary")
    end = time.monotonic() + 1
    while job["hook"]["wait"] and "opt/verifier/go" not in held.files and time.monotonic() < end:
        time.sleep(0.002)
    command = {"phase": "build", "command": "npm run build"}
    yield event(event="start", **command)
    now += held.jump_s
    # A developer's shell has the variable, wherever from.
    good = bool(job["env"].get("API_URL")) or job["driver"] == "script"
    if good:
        yield b"built\n"
    else:
        yield held.says
    held.name = "good" if good else "bad"
    yield event(event="end", code=0 if good else 1, **command)
    yield 0 if good else 1


def _collected(held: _Held) -> dict[str, Any]:
    page = {"path": "static/index.html", "size_bytes": 1, "sha256": "0" * 64}
    output = {"present": True, "directory": ".vercel/output", "files": [page], "functions": [],
              "routes": [], "route_count": 0}  # fmt: skip
    asked = json.loads(held.files.get("opt/verifier/collect.json", b"{}")).get("types")
    return {
        "types": held.types if asked else "", "native_needs": {}, "builder_error": None,
        "output": output if held.name == "good" else {"present": False},
        "installed": {}, "collected": {}, "text_hits": {}, "memory": {"peak": 1, "oomKills": 0},
    }  # fmt: skip


_Answer = Callable[[FakeEngine, re.Match[str], Mapping[str, list[str]], bytes], tuple[int, Any]]


def _info(engine: FakeEngine, *_: Any) -> tuple[int, Any]:
    facts = {"NCPU": 2, "MemTotal": 8 << 30, "SecurityOptions": ["name=seccomp"],
             "Architecture": "x86_64"}  # fmt: skip
    return 200, facts


def _create(engine: FakeEngine, _m: Any, _q: Any, body: bytes) -> tuple[int, Any]:
    asked = json.loads(body)
    name = engine.new_id()
    labels = asked.get("Labels") or {}
    role = labels.get("verifier.role", "")
    held = _Held(
        labels=labels, image=asked["Image"], role=role, says=engine.says, types=engine.types
    )
    held.jump_s = engine.jump_s
    engine.containers[name] = held
    return 201, {"Id": name, "Warnings": []}


def _inspect(engine: FakeEngine, match: re.Match[str], *_: Any) -> tuple[int, Any]:
    held = engine.containers.get(match[1])
    if held is None:
        return 404, {"message": "no such container"}
    state = {"Status": "running" if held.running else "created", "OOMKilled": False}
    return 200, {"Id": match[1], "State": state, "Config": {"Tty": False, "Labels": held.labels},
                 "Image": "sha256:mirror", "Created": "2026-11-25T00:00:00"}  # fmt: skip


def _start(engine: FakeEngine, match: re.Match[str], *_: Any) -> tuple[int, Any]:
    held = engine.containers.get(match[1])
    if held is None:
        return 404, {"message": "no such container"}
    held.running = True
    return 204, {}


def _kill(engine: FakeEngine, match: re.Match[str], *_: Any) -> tuple[int, Any]:
    held = engine.containers.get(match[1])
    if held is None:
        return 404, {"message": "no such container"}
    held.running = False
    return 204, {}


def _remove(engine: FakeEngine, match: re.Match[str], *_: Any) -> tuple[int, Any]:
    return (204, {}) if engine.containers.pop(match[1], None) else (404, {"message": "no such"})


def _put(engine: FakeEngine, match: re.Match[str], query: Any, body: bytes) -> tuple[int, Any]:
    held = engine.containers.get(match[1])
    if held is None:
        return 404, {"message": "no such container"}
    folder = query["path"][0].strip("/")
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            held.files[f"{folder}/{member.name}".strip("/")] = content.read() if content else b""
    return 200, {}


def _exec(engine: FakeEngine, match: re.Match[str], _q: Any, body: bytes) -> tuple[int, Any]:
    if match[1] not in engine.containers:
        return 404, {"message": "no such container"}
    name = engine.new_id()
    engine.execs[name] = (match[1], json.loads(body)["Cmd"], None)
    return 201, {"Id": name}


def _exec_facts(engine: FakeEngine, match: re.Match[str], *_rest: Any) -> tuple[int, Any]:
    container, _, code = engine.execs[match[1]]
    if container not in engine.containers:
        return 404, {"message": "no such exec"}
    return 200, {"ID": match[1], "ExitCode": code, "Running": code is None}


def _list(engine: FakeEngine, _m: Any, query: Any, _b: bytes) -> tuple[int, Any]:
    wanted = json.loads(query.get("filters", ["{}"])[0]).get("label", [])
    rows = []
    for name, held in engine.containers.items():
        labels = {f"{k}={v}" for k, v in held.labels.items()} | set(held.labels)
        if all(w in labels for w in wanted):
            rows.append({"Id": name, "Labels": held.labels, "SizeRw": 0, "Image": held.image,
                         "State": "running"})  # fmt: skip
    return 200, rows


def _commit(engine: FakeEngine, _m: Any, query: Any, _b: bytes) -> tuple[int, Any]:
    if query["container"][0] not in engine.containers:
        return 404, {"message": "no such container"}
    name = f"sha256:{engine.new_id()}"
    engine.images[name] = name
    return 201, {"Id": name}


def _image(engine: FakeEngine, match: re.Match[str], *_: Any) -> tuple[int, Any]:
    if match[1] not in engine.images:
        return 404, {"message": "no such image"}
    return 200, {"Id": engine.images[match[1]], "RepoTags": [], "Config": {"Labels": {}}}


def _drop_image(engine: FakeEngine, match: re.Match[str], *_: Any) -> tuple[int, Any]:
    found = engine.images.pop(match[1], None)
    return (200, []) if found else (404, {"message": "no such image"})


def _logs(engine: FakeEngine, *_: Any) -> tuple[int, Any]:
    said = b'{"allowed": ["10.0.0.2 (resolver)"]}'
    return 200, struct.pack(">BxxxL", 1, len(said)) + said


_ROUTES: Mapping[str, _Answer] = {
    r"GET /_ping": lambda *_: (200, b"OK"),
    r"GET /version": lambda *_: (200, {"ApiVersion": "1.41", "Version": "fake"}),
    r"GET /info": _info,
    r"POST /containers/create": _create,
    r"GET /containers/(\w+)/json": _inspect,
    r"POST /containers/(\w+)/start": _start,
    r"POST /containers/(\w+)/kill": _kill,
    r"POST /containers/(\w+)/wait": lambda *_: (200, {"StatusCode": 0}),
    r"GET /containers/(\w+)/logs": _logs,
    r"DELETE /containers/(\w+)": _remove,
    r"PUT /containers/(\w+)/archive": _put,
    r"POST /containers/(\w+)/exec": _exec,
    r"GET /exec/(\w+)/json": _exec_facts,
    r"GET /containers/json": _list,
    r"POST /commit": _commit,
    r"GET /images/(.+)/json": _image,
    r"DELETE /images/(.+)": _drop_image,
}

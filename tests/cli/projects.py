"""Small projects for tests of the command line, and the command line as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

BUILD = (
    "const fs=require('fs');fs.mkdirSync('public',{recursive:true});"
    "fs.writeFileSync('public/index.html','<p>hello</p>');console.log('built');"
)


def make_project(
    folder: Path,
    *,
    build: str | None = BUILD,
    files: Mapping[str, str | bytes] | None = None,
    manifest: Mapping[str, object] | None = None,
    commit: bool = True,
) -> Path:
    """A committed project without dependencies whose build is a script of plain Node."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, str | bytes] = {}
    if build is not None:
        scripts = {"build": "node build.js"}
        value = {"name": "tiny", "private": True, "scripts": scripts, **(manifest or {})}
        written = {"package.json": json.dumps(value), "build.js": build}
    for path, body in {**written, **(files or {})}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body if isinstance(body, bytes) else body.encode())
    git(folder, "init", "-q", "-b", "main")
    if commit:
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, with an author and without this machine's settings."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        ["git", *identity, "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's variables with verifier's own folder in a place of the test's."""
    return {**os.environ, "VERIFIER_HOME": str(home), **more}


def verifier(
    *arguments: str | Path, home: Path, stdin: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "verifier", *map(str, arguments)],
        env=environment(home, **more),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def state_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below a folder with mode, time and content, to see that nothing was changed."""
    found = {}
    for place in sorted(folder.rglob("*")):
        if place.is_file() and not place.is_symlink():
            facts = place.stat()
            name = str(place.relative_to(folder))
            found[name] = (facts.st_mode, facts.st_mtime_ns, place.read_bytes())
    return found


def left_in(home: Path) -> list[str]:
    """Work folders that a command left behind."""
    return sorted(p.name for p in (home / "work").glob("*"))


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Return as soon as the condition holds; fail with words when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(what)


@contextmanager
def started(
    *arguments: str | Path, home: Path, log: Path, before: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """A command as a process of its own, its words on stderr in a file; killed if it stays.

    before: Python that is run in the process first.
    """
    start = f"import sys\n{before}\nfrom verifier.cli import run_command_line\n"
    code = f"{start}sys.exit(run_command_line(sys.argv[1:]))"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stream,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()

"""Git's own answers about a repository that is not trusted.

The only module outside the engine that starts processes. It uses plumbing commands with the
repository's configuration neutralised, so that nothing named in `.git/config` runs, and never
writes to the repository. The work tree is the folder that holds `.git`, whatever the
configuration claims.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from verifier.errors import ProjectError

_TIMEOUT_S: Final = 60.0
_MAX_OUTPUT: Final = 256 * 1024**2
_CHUNK: Final = 1 << 20
_MAX_COMMITS: Final = 1000
_NEUTRAL: Final = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.pager=cat",
    "log.showSignature=false",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "core.sshCommand=false",
    "core.quotePath=false",
    "core.attributesFile=/dev/null",
    "submodule.recurse=false",
    "protocol.allow=never",
    "credential.helper=",
    "safe.directory=*",
)


class GitError(Exception):
    """Git refused, was too slow, or said more than can be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """One entry of a commit's tree: mode as git prints it, object name, path."""

    mode: str
    oid: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A file as it was before the commit that deleted it."""

    row: TreeRow
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One entry of the index; `skipped` is set where a sparse checkout leaves it off the disk."""

    mode: str
    oid: str
    path: str
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """The rule that ignores a path, with the file and line that hold it."""

    path: str
    pattern: str
    file: str
    line: int


def find_top(path: Path) -> Path | None:
    """The nearest folder at or above `path` that holds `.git`, None if there is none."""
    return next((d for d in (path, *path.parents) if (d / ".git").exists()), None)


def is_bare(path: Path) -> bool:
    """Whether a folder looks like a repository without a work tree."""
    return (
        not (path / ".git").exists()
        and (path / "HEAD").is_file()
        and (path / "objects").is_dir()
        and (path / "refs").is_dir()
    )


class Git:
    """Questions to git about the repository whose work tree is `top`."""

    def __init__(self, top: Path, environ: Mapping[str, str]) -> None:
        self.top = top
        self._environ = _safe_environ(environ)
        self._excludes = "/dev/null"
        self._excludes = self._user_excludes(environ)

    def object_format(self) -> str:
        """`sha1` or `sha256`; raises `GitError` if this is no repository."""
        return self._text("rev-parse", "--show-object-format") or "sha1"

    def head(self) -> str | None:
        """The commit HEAD stands at, None before the first commit."""
        try:
            return self._text("rev-parse", "--verify", "--quiet", "HEAD^{commit}") or None
        except GitError:
            return None

    def branch(self) -> str | None:
        """The branch HEAD names, None when it is detached."""
        try:
            return self._text("symbolic-ref", "--quiet", "--short", "HEAD") or None
        except GitError:
            return None

    def message(self, commit: str) -> str:
        """The message of a commit."""
        raw = self._run("cat-file", "commit", commit).decode("utf-8", errors="replace")
        return raw.partition("\n\n")[2].strip()

    def added(self, commit: str, patterns: Sequence[str]) -> dict[str, int]:
        """Path → time (seconds of the Unix epoch) at which it was last added to the history.

        Only paths of some patterns, and only the last commits that added any.
        """
        found: dict[str, int] = {}
        shape = ("--format=%x01%ct", "--name-only", "--no-renames", "--diff-filter=A")
        wanted = [f":(top,glob){p}" for p in patterns]
        raw = self._run(
            "log", f"--max-count={_MAX_COMMITS}", "--no-ext-diff", "--no-textconv", *shape, commit,
            "--", *wanted,
        )  # fmt: skip
        when = 0
        for line in raw.decode("utf-8", errors="surrogateescape").split("\n"):
            if line.startswith("\x01"):
                when = int(line[1:] or 0)
            elif line:
                found.setdefault(line, when)
        return found

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean of the repository's configuration."""
        try:
            return self._text("config", "--type=bool", "--get", key) == "true"
        except GitError:
            return default

    def tree(self, commit: str) -> tuple[TreeRow, ...]:
        """All files, links and submodules of a commit."""
        rows = []
        for raw in _records(self._run("ls-tree", "-r", "-z", "--full-tree", commit)):
            head, _, path = raw.partition("\t")
            mode, _, oid = head.split(" ")
            rows.append(TreeRow(mode=mode, oid=oid, path=path))
        return tuple(rows)

    def deletions(self, commit: str) -> tuple[Deletion, ...]:
        """Files that recent commits deleted, as they last were; of one path the latest."""
        commits = self._run("rev-list", f"--max-count={_MAX_COMMITS}", commit)
        args = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--diff-filter=D")
        found: dict[str, Deletion] = {}
        by, row = "", ""
        for field in _records(self._run(*args, stdin=commits)):
            if row:
                mode, _, oid = row.lstrip(":").split(" ")[:3]
                old = TreeRow(mode=mode, oid=oid, path=field)
                found.setdefault(field, Deletion(row=old, commit=by))
                row = ""
            elif field.startswith(":"):
                row = field
            else:
                by = field.strip()
        return tuple(found.values())

    def index(self) -> tuple[IndexRow, ...]:
        """All entries of the index; of a conflict, our side."""
        rows: dict[str, IndexRow] = {}
        for raw in _records(self._run("ls-files", "-t", "-s", "-z")):
            head, _, path = raw.partition("\t")
            tag, mode, oid, stage = head.split(" ")
            if stage in {"0", "2"} or path not in rows:
                rows[path] = IndexRow(mode=mode, oid=oid, path=path, skipped=tag == "S")
        return tuple(rows.values())

    def ignored(self) -> tuple[str, ...]:
        """Ignored paths on disk; a folder whose whole content is ignored ends in `/`."""
        args = ("ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z")
        return _records(self._run(*args))

    def tracked_but_ignored(self) -> tuple[str, ...]:
        """Files in the index that an ignore rule matches."""
        return _records(self._run("ls-files", "-c", "-i", "--exclude-standard", "-z"))

    def rules(self, paths: Sequence[str]) -> tuple[IgnoreRule, ...]:
        """For each ignored path, the rule that decides; paths that no rule ignores are left out."""
        if not paths:
            return ()
        # A leading colon would be taken for a kind of pattern.
        stdin = b"".join(b"./" + os.fsencode(p) + b"\0" for p in paths)
        fields = _records(
            self._run("check-ignore", "--no-index", "-v", "-z", "--stdin", stdin=stdin, ok=(0, 1))
        )
        return tuple(
            IgnoreRule(path=p.removeprefix("./"), pattern=pattern, file=file, line=int(line or 0))
            for file, line, pattern, p in zip(*[iter(fields)] * 4, strict=False)
            if not pattern.startswith("!")
        )

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield each blob's name and its content in pieces; every piece must be consumed."""
        wanted = tuple(oids)
        if not wanted:
            return
        stdin = "".join(f"{oid}\n" for oid in wanted).encode()
        with self._process(("cat-file", "--batch"), stdin) as out:
            for oid in wanted:
                header = out.readline().split()
                if len(header) != 3 or header[1] != b"blob":
                    msg = f"object {oid} is missing from the repository"
                    raise GitError(msg)
                yield oid, _exactly(out, int(header[2]))
                out.read(1)

    def _user_excludes(self, environ: Mapping[str, str]) -> str:
        """The user's own ignore file; the repository may not name another one."""
        try:
            named = self._text("config", "--global", "--type=path", "--get", "core.excludesFile")
        except GitError:
            named = ""
        base = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
        path = Path(named or f"{base}/git/ignore")
        return str(path) if path.is_file() else "/dev/null"

    def _text(self, *args: str) -> str:
        return self._run(*args).decode("utf-8", errors="replace").strip()

    def _run(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> bytes:
        pieces = []
        size = 0
        with self._process(args, stdin, ok=ok) as out:
            while piece := out.read(_CHUNK):
                size += len(piece)
                if size > _MAX_OUTPUT:
                    msg = f"git {args[0]} printed more than {_MAX_OUTPUT >> 20} MiB"
                    raise GitError(msg)
                pieces.append(piece)
        return b"".join(pieces)

    @contextmanager
    def _process(
        self, args: Sequence[str], stdin: bytes, *, ok: tuple[int, ...] = (0,)
    ) -> Iterator[IO[bytes]]:
        settings = (*_NEUTRAL, f"core.excludesFile={self._excludes}")
        config = [part for setting in settings for part in ("-c", setting)]
        where = [f"--git-dir={self.top / '.git'}", f"--work-tree={self.top}"]
        command = ["git", "--no-optional-locks", "--no-pager", *config, *where, *args]
        # Input and complaints go through files, so that no pipe can fill up and block.
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as complaints:
            source.write(stdin)
            source.seek(0)
            try:
                process = subprocess.Popen(
                    command,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    env=self._environ,
                    cwd=self.top,
                )
            except FileNotFoundError as error:
                msg = "git is not installed; verifier asks git what is committed: install git"
                raise ProjectError(msg) from error
            timer = threading.Timer(_TIMEOUT_S, process.kill)
            timer.start()
            assert process.stdout is not None
            try:
                with process.stdout:
                    yield process.stdout
                code = process.wait()
            finally:
                timer.cancel()
                if process.poll() is None:
                    process.kill()
                    process.wait()
            if code not in ok:
                complaints.seek(0)
                said = complaints.read(2000).decode("utf-8", errors="replace").strip()
                msg = f"git {args[0]} ended with {code}: {said}"
                raise GitError(msg)


def _safe_environ(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {k: environ[k] for k in ("PATH", "HOME", "XDG_CONFIG_HOME") if k in environ}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
        # A partial clone would otherwise fetch missing objects with a command of its own choice.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        # A clone does not bring replacement objects along.
        "GIT_NO_REPLACE_OBJECTS": "1",
    }


def _records(raw: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(part) for part in raw.split(b"\0")[:-1])


def _exactly(stream: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = stream.read(min(left, _CHUNK))
        if not piece:
            msg = "git stopped in the middle of a file"
            raise GitError(msg)
        left -= len(piece)
        yield piece

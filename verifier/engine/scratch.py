"""Runs a developer's side on this very host, in a scratch copy, only when the person asked for it.

The copy is laid out from the snapshot and the found tree and is gone afterwards; the project's
own folder is never written to. The project's code runs with the rights of the person who asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from verifier.engine import jobs
from verifier.engine.base import Engine, Progress, RunRequest, silent
from verifier.engine.folders import remove_folder
from verifier.engine.logfile import LogFile
from verifier.model.environment import Driver, TreeMode
from verifier.model.outcome import UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.run import Output, OutputFile, Run, SpawnEvent, StepRecord
from verifier.model.source import FileKind, SourceTree

_OUTPUTS = (
    (".next/static", "static/_next/static/"),
    ("dist", "static/"),
    ("build", "static/"),
    ("out", "static/"),
)
_MAX_FILES = 20_000


@dataclass(slots=True)
class ScratchEngine:
    """Runs script-driven recipes on the host and passes every other one on."""

    inner: Engine
    folder: Path
    environ: Mapping[str, str]
    trees: Callable[[str], Mapping[str, Path]]
    digest: Callable[[Recipe], str]
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _cancelled: set[str] = field(default_factory=set)
    _closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        """Perform one run, on the host if it is a developer's own."""
        if request.contained or request.recipe.environment.driver is not Driver.SCRIPT:
            return self.inner.run(request, progress)
        began = time.monotonic()
        scratch = Path(tempfile.mkdtemp(dir=self.folder, prefix="scratch-"))
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True, mode=0o700)
        log = LogFile(
            logs / f"{request.id}.log",
            limit_bytes=request.recipe.environment.limits.log_mib << 20,
        )
        try:
            with log:
                return self._perform(request, scratch, log, began, progress)
        except _Cancelled:
            return _ended(
                request,
                self.digest(request.recipe),
                log,
                infra=UnresolvedReason.CANCELLED,
                detail="no longer needed",
            )
        except OSError as error:
            full = "no space" in str(error).lower()
            return _ended(
                request,
                self.digest(request.recipe),
                log,
                infra=UnresolvedReason.DISK_FULL if full else UnresolvedReason.OTHER,
                detail=str(error),
            )
        finally:
            remove_folder(scratch)
            with self._lock:
                self._cancelled.discard(request.id)

    def cancel(self, request_id: str) -> None:
        """Stop a run of this host or of the inner engine."""
        with self._lock:
            process = self._running.get(request_id)
            self._cancelled.add(request_id)
        if process is not None:
            _kill(process)
        self.inner.cancel(request_id)

    def close(self) -> None:
        """Stop everything; no run starts afterwards."""
        with self._lock:
            self._closed = True
            left = list(self._running.values())
        for process in left:
            _kill(process)
        self.inner.close()

    def _perform(
        self, request: RunRequest, scratch: Path, log: LogFile, began: float, progress: Progress
    ) -> Run:
        recipe = request.recipe
        env = recipe.environment
        root = scratch / "path0"
        _lay_out(recipe.source, root)
        app = root / (env.settings.root_directory or "")
        if env.tree.mode is TreeMode.AS_FOUND and env.tree.found is not None:
            for place, source in self.trees(env.tree.found).items():
                target = scratch / Path(place).relative_to("/vercel")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        exchanged = sorted({p.name for p in env.tree.added} & set(env.tree.removed))
        if exchanged:
            why = f"{exchanged[0]} cannot be exchanged for another version on this host"
            digest = self.digest(recipe)
            return _ended(request, digest, log, infra=UnresolvedReason.OTHER, detail=why)
        for name in env.tree.removed:
            for parent in (app, root, scratch):
                shutil.rmtree(parent / "node_modules" / name, ignore_errors=True)
        commands = [("build", env.build_script or "npm run build")]
        if env.tree.mode is TreeMode.FRESH:
            commands.insert(0, ("install", jobs.install_command(env)))
        variables = dict(self.environ) | {
            v.name: v.value.reveal() for v in env.variables if v.value is not None
        }
        spawns: list[SpawnEvent] = []
        code: int | None = 0
        timed_out = False
        for phase, line in commands:
            progress(f"{phase} on this host: {line}")
            start = time.monotonic()
            code, timed_out = self._spawn(request, line, cwd=app, variables=variables, log=log)
            spawns.append(
                SpawnEvent(
                    phase=phase, command=line, exit_code=code, seconds=time.monotonic() - start
                )
            )
            if code != 0:
                break
        return Run(
            id=request.id,
            label=request.label,
            recipe_digest=self.digest(recipe),
            driver=env.driver.value,
            steps=tuple(
                StepRecord(name=s.phase, exit_code=s.exit_code, seconds=s.seconds) for s in spawns
            ),
            spawns=tuple(spawns),
            log_path=log.path,
            exit_code=None if timed_out else code,
            timed_out=timed_out,
            output=_output(app),
            seconds=time.monotonic() - began,
            notes=("built on this host in a scratch copy",),
        )

    def _spawn(
        self,
        request: RunRequest,
        line: str,
        *,
        cwd: Path,
        variables: Mapping[str, str],
        log: LogFile,
    ) -> tuple[int | None, bool]:
        """The exit code of one command, and whether it was stopped for taking too long."""
        self._require_wanted(request.id)
        process = subprocess.Popen(
            ["sh", "-c", line],
            cwd=cwd,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert process.stdout is not None
        with self._lock:
            self._running[request.id] = process
        late = threading.Event()

        def expire() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(request.recipe.environment.limits.build_s, expire)
        timer.daemon = True
        timer.start()
        try:
            # Cancelled between the question above and the start.
            self._require_wanted(request.id)
            while piece := process.stdout.read1(65536):  # type: ignore[attr-defined]  # buffered
                log.write(piece)
            code = process.wait()
            self._require_wanted(request.id)
            return code, late.is_set()
        finally:
            timer.cancel()
            _kill(process)
            process.stdout.close()
            process.wait()
            with self._lock:
                self._running.pop(request.id, None)

    def _require_wanted(self, request_id: str) -> None:
        with self._lock:
            if self._closed or request_id in self._cancelled:
                raise _Cancelled


class _Cancelled(Exception):
    """The run is not wanted any more."""


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _lay_out(tree: SourceTree, root: Path) -> None:
    """Write a snapshot below `root`; links that lead out of it are left out."""
    root.mkdir(parents=True, exist_ok=True)
    for path, entry in tree.entries.items():
        if ".." in PurePosixPath(path).parts or path.startswith("/"):
            continue
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        match entry.kind:
            case FileKind.GITLINK:
                target.mkdir(exist_ok=True)
            case FileKind.SYMLINK:
                link = os.fsdecode(tree.read(path))
                inside = Path(os.path.normpath(target.parent / link)).is_relative_to(root)
                if inside and not Path(link).is_absolute():
                    target.symlink_to(link)
            case FileKind.FILE:
                target.write_bytes(tree.read(path))
                target.chmod(0o755 if entry.executable else 0o600 if entry.secret else 0o644)


def _output(app: Path) -> Output:
    for name, prefix in _OUTPUTS:
        top = app / name
        # A link would show what lies elsewhere on this host.
        if not top.is_dir() or not top.resolve().is_relative_to(app.resolve()):
            continue
        files = [
            OutputFile(
                path=f"{prefix}{file.relative_to(top).as_posix()}",
                size_bytes=file.stat().st_size,
                sha256=_sha256(file),
            )
            for file in sorted(top.rglob("*"))[:_MAX_FILES]
            if file.is_file() and not file.is_symlink()
        ]
        return Output(present=True, directory=name, files=tuple(files))
    return Output()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _ended(
    request: RunRequest, digest: str, log: LogFile, *, infra: UnresolvedReason, detail: str
) -> Run:
    return Run(
        id=request.id,
        label=request.label,
        recipe_digest=digest,
        driver=request.recipe.environment.driver.value,
        steps=(),
        log_path=log.path,
        infra=infra,
        infra_detail=detail[:500],
    )

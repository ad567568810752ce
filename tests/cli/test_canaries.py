"""Canaries go in through every entrance; no exit lets one out, whatever a build tells.

The engine is a gossip: each run prints, fails with, and leaves behind everything that a build in
its place could know. What a real engine keeps of its own is looked into by the tests that need one.
"""

from __future__ import annotations

import base64
import contextlib
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.projects import git, make_project
from verifier.cli import _session, run_command_line
from verifier.engine.base import Progress, RunRequest, silent
from verifier.model.environment import Environment
from verifier.model.run import BuilderError, Output, OutputFile, Run, SpawnEvent
from verifier.model.source import FileKind

_SALT = b"s" * 32


def _canary(name: str) -> str:
    return f"canary-{name}-9d41"


def _line(name: str, variable: str) -> str:
    return f"{variable}={_canary(name)}\n"


def _host_variable(project: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("HOST_API_TOKEN", _canary("host-variable"))


def _host_address(project: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("HTTPS_PROXY", f"http://user:{_canary('host-proxy')}@proxy.invalid:3128")


def _env_file(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project.parent / "production.env").write_text(_line("env-file", "FROM_FILE"))


def _pulled(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / ".vercel").mkdir(exist_ok=True)
    (project / ".vercel/.env.production.local").write_text(_line("pulled", "PULLED"))


def _ignored_dotenv(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / ".env.local").write_text(_line("ignored-dotenv", "LOCAL_ONLY"))


def _many_lines(project: Path, patch: pytest.MonkeyPatch) -> None:
    body = "\\n".join(["-----BEGIN KEY-----", _canary("many-lines"), "-----END KEY-----"])
    with (project / ".env.local").open("a") as stream:
        stream.write(f'PEM="{body}"\n')


def _odd_characters(project: Path, patch: pytest.MonkeyPatch) -> None:
    with (project / ".env.local").open("a") as stream:
        stream.write(f"""ODD='a"b\\c {_canary("odd")} d&e'\n""")


def _committed_dotenv(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / ".env.production").write_text(_line("committed-dotenv", "STRIPE_SECRET_KEY"))
    git(project, "add", "-A", "-f", ".env.production")


def _committed_address(project: Path, patch: pytest.MonkeyPatch) -> None:
    address = f"postgres://app:{_canary('committed-address')}@db.invalid/app"
    with (project / ".env.production").open("a") as stream:
        stream.write(f"DATABASE_URL={address}\n")
    git(project, "add", "-A", "-f", ".env.production")


def _vercel_json(project: Path, patch: pytest.MonkeyPatch) -> None:
    body = '{"env": {"A_TOKEN": "%s"}, "build": {"env": {"B_TOKEN": "%s"}}}'
    (project / "vercel.json").write_text(body % (_canary("vercel-env"), _canary("vercel-build")))
    git(project, "add", "vercel.json")


def _npmrc(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / ".npmrc").write_text(f"//registry.invalid/:_authToken={_canary('npmrc')}\n")
    git(project, "add", "-f", ".npmrc")


def _yarnrc(project: Path, patch: pytest.MonkeyPatch) -> None:
    (project / ".yarnrc.yml").write_text(f'npmAuthToken: "{_canary("yarnrc")}"\n')


def _remote(project: Path, patch: pytest.MonkeyPatch) -> None:
    git(project, "remote", "add", "origin", f"https://me:{_canary('remote')}@host.invalid/a.git")


_ENTRANCES: Mapping[str, Callable[[Path, pytest.MonkeyPatch], None]] = {
    "host-variable": _host_variable,
    "host-proxy": _host_address,
    "env-file": _env_file,
    "pulled": _pulled,
    "ignored-dotenv": _ignored_dotenv,
    "many-lines": _many_lines,
    "odd": _odd_characters,
    "committed-dotenv": _committed_dotenv,
    "committed-address": _committed_address,
    "vercel-env": _vercel_json,
    "vercel-build": _vercel_json,
    "npmrc": _npmrc,
    "yarnrc": _yarnrc,
    "remote": _remote,
}


class _Gossip:
    """An engine whose runs tell everything they were given."""

    def __init__(self, logs: Path, environ: Mapping[str, str]) -> None:
        self._logs, self._environ = logs, environ
        self.seen: set[str] = set()
        logs.mkdir(parents=True, exist_ok=True)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        recipe = request.recipe
        known = {
            v.name: v.value.reveal() for v in recipe.environment.variables if v.value is not None
        }
        told = [f"{name}={value}" for name, value in known.items()]
        for path, entry in recipe.source.entries.items():
            if entry.kind is FileKind.FILE:
                told += recipe.source.read(path).decode(errors="replace").splitlines()
        self.seen |= {name for name in _ENTRANCES if _canary(name) in "\n".join(told)}
        whole = "\n".join(told)
        log = self._logs / f"{request.id}.log"
        log.write_text(
            f"{whole}\nError: Invalid URL: input: '{' '.join(told)}'\n    at build.js:1:1\n"
            f"Error: Cannot find module '{known.get('PULLED', '')}'\n{whole}\n"
        )
        for line in told:
            progress(f"build: {line}")
        return Run(
            id=request.id, label=request.label, recipe_digest=recipe.digest(_SALT),
            driver=recipe.environment.driver.value, steps=(), log_path=log, exit_code=1,
            spawns=(SpawnEvent(phase="build", command=whole, exit_code=1, seconds=1.0),),
            builder_error=BuilderError(code="X", message=whole),
            output=Output(present=True, files=tuple(
                OutputFile(path=f"static/{line}", size_bytes=1, sha256="0") for line in told
            )),
            installed={f"node_modules/{line}": "1.0.0" for line in told},
            collected={"package-lock.json": whole}, notes=tuple(told), infra_detail=whole,
            node_version=whole[:40], manager_version=whole[:40], seconds=1.0,
        )  # fmt: skip

    def cancel(self, request_id: str) -> None:
        """Nothing lasts."""

    def close(self) -> None:
        """Nothing is kept."""

    def capacity(self) -> int:
        """One run at a time."""
        return 1

    def granted(self, environment: Environment) -> Mapping[str, str]:
        return {"network": "none"}


@contextlib.contextmanager
def _gossiping(patch: pytest.MonkeyPatch) -> Iterator[list[_Gossip]]:
    made: list[_Gossip] = []

    @contextlib.contextmanager
    def session(
        project: Any, repository: Any, work: Path, environ: Mapping[str, str], **_: Any
    ) -> Iterator[Any]:
        made.append(_Gossip(work / "logs", environ))
        yield SimpleNamespace(
            engine=made[-1], client=None, fidelity=None, salt=_SALT, versions={}, trees=lambda _: {}
        )

    patch.setattr(_session, "open_session", session)
    yield made


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a canary behind every entrance."""
    project = make_project(
        tmp_path / "app",
        build="new URL(process.env.PULLED)",
        files={".gitignore": ".env.local\n.vercel\n"},
    )
    monkeypatch.setenv("VERIFIER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for plant in dict.fromkeys(_ENTRANCES.values()):
        plant(project, monkeypatch)
    git(project, "commit", "-q", "-m", "second")
    return project


def _shapes(name: str) -> tuple[str, ...]:
    canary = _canary(name)
    return canary, base64.b64encode(canary.encode()).decode(), canary.encode().hex()


def _leaks(text: str) -> list[str]:
    return [name for name in _ENTRANCES if any(shape in text for shape in _shapes(name))]


def _everything_below(folder: Path, *, but: Path) -> Iterator[tuple[Path, str]]:
    for place in sorted(folder.rglob("*")):
        if place.is_file() and but not in place.parents:
            yield place, place.read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_exit_of_a_verification_lets_one_out(
    planted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    format_: str,
) -> None:
    """Report, progress, logs, fix plan and caches, for fourteen entrances."""
    (tmp_path / "exits").mkdir()
    exits = tmp_path / "exits"
    with _gossiping(monkeypatch) as made:
        code = run_command_line(
            ["--verbose", "verify", str(planted), "--format", format_,
             "--env-file", str(tmp_path / "production.env"), "--max-trials", "12",
             "--keep-logs", str(exits / "logs"), "--fix-plan", str(exits / "plan")]
        )  # fmt: skip
        second = run_command_line(
            ["verify", str(planted), "--format", format_, "--output", str(exits / "report"),
             "--env-file", str(tmp_path / "production.env"), "--max-trials", "2"]
        )  # fmt: skip
    assert (code, second) == (1, 1)
    # The gossip knew what it could tell, so that this test can fail.
    build_knows = {"env-file", "ignored-dotenv", "many-lines", "odd", "committed-dotenv",
                   "committed-address", "vercel-env", "npmrc"}  # fmt: skip
    assert build_knows <= {name for engine in made for name in engine.seen}
    said = capfd.readouterr()
    assert _leaks(said.out) == [], [line for line in said.out.splitlines() if _leaks(line)][:5]
    assert _leaks(said.err) == []
    logs = sorted((exits / "logs").glob("*.log"))
    assert logs
    for place, text in _everything_below(exits, but=planted):
        assert _leaks(text) == [], place
    for place, text in _everything_below(tmp_path / "home", but=planted):
        assert _leaks(text) == [], place
    for log in logs:
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert "[value of" in log.read_text()


@pytest.mark.parametrize("words", [("plan",), ("capture", "--output", "-"), ("trial",)])
def test_no_other_command_lets_one_out(
    planted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    """Both sides described, a machine captured, one trial with its log."""
    with _gossiping(monkeypatch):
        run_command_line([words[0], str(planted), *words[1:]])
    said = capfd.readouterr()
    assert said.out
    assert _leaks(said.out + said.err) == []
    for place, text in _everything_below(tmp_path / "home", but=planted):
        assert _leaks(text) == [], place


def test_no_crash_report_holds_one(
    planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    """An exception that carries values, in a command line that carries one too."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(*_: Any, **__: Any) -> None:
        held = {name: _canary(name) for name in _ENTRANCES}
        raise ZeroDivisionError(str(held))

    monkeypatch.setattr("verifier.pipeline.verify", broken)
    with _gossiping(monkeypatch):
        output = f"--output={tmp_path}/{_canary('env-file')}"
        assert run_command_line(["verify", str(planted), output]) == 70
    said = capfd.readouterr()
    assert _leaks(said.out + said.err) == []
    (report,) = tmp_path.glob("verifier-crash-*.txt")
    assert "ZeroDivisionError" in report.read_text()
    assert _leaks(report.read_text()) == []
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_work_folders_are_private_and_gone(planted: Path, tmp_path: Path) -> None:
    """What is on disk for a while is for this user alone."""
    home = tmp_path / "home"
    with _session.work_folder({"VERIFIER_HOME": str(home)}) as work:
        assert stat.S_IMODE(work.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "work").stat().st_mode) == 0o700
        assert _session.salt(home)
        assert stat.S_IMODE((home / "salt").stat().st_mode) == 0o600
    assert list((home / "work").iterdir()) == []

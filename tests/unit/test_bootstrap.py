"""Which engine is used, and what a person is told when there is none."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from verifier.engine import bootstrap
from verifier.engine.bootstrap import HostFacts, find_engine, why_not

_BARE_DEBIAN = HostFacts(
    system="Linux",
    distribution=frozenset({"debian"}),
    is_root=True,
    has_apt=True,
    has_daemon=False,
    has_client=False,
    daemon_runs=False,
    socket_exists=False,
    socket_allowed=False,
)


@pytest.mark.parametrize(
    "facts",
    [
        _BARE_DEBIAN,
        replace(_BARE_DEBIAN, distribution=frozenset({"ubuntu", "debian"})),
        replace(_BARE_DEBIAN, has_client=True),
        replace(_BARE_DEBIAN, has_daemon=True, has_client=True),
    ],
)
def test_root_on_debian_can_set_an_engine_up(facts: HostFacts) -> None:
    """A bare Debian or Ubuntu as root needs nobody's help, with or without the client alone."""
    assert why_not(facts) is None


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (replace(_BARE_DEBIAN, chosen_host="tcp://far:2375"), "DOCKER_HOST"),
        (replace(_BARE_DEBIAN, system="Darwin"), "Docker Desktop"),
        (replace(_BARE_DEBIAN, system="Windows"), "WSL 2"),
        (replace(_BARE_DEBIAN, is_root=False), "sudo apt-get install"),
        (replace(_BARE_DEBIAN, is_root=False, has_client=True), "only the `docker` command"),
        (
            replace(_BARE_DEBIAN, distribution=frozenset({"fedora"}), has_apt=False),
            "Debian and Ubuntu only",
        ),
        (
            replace(_BARE_DEBIAN, is_root=False, socket_exists=True, has_daemon=True),
            "usermod -aG docker",
        ),
        (replace(_BARE_DEBIAN, is_root=False, has_daemon=True), "systemctl start docker"),
        (replace(_BARE_DEBIAN, has_daemon=True, daemon_runs=True), "leaves a running daemon"),
    ],
)
def test_each_situation_says_what_to_do(facts: HostFacts, word: str) -> None:
    """Where verifier cannot help itself, one message names the step a person takes."""
    refusal = why_not(facts)
    assert refusal is not None
    assert word in refusal
    assert not refusal.endswith(".")


def test_a_dead_address_in_docker_host_is_not_replaced_by_another_engine(tmp_path: Path) -> None:
    """Whoever sets DOCKER_HOST gets that engine or none."""
    assert find_engine({"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}) is None


def test_a_nonsense_address_is_no_engine() -> None:
    """An address that cannot be read counts as one where nothing answers."""
    assert find_engine({"DOCKER_HOST": "nonsense://"}) is None


@pytest.mark.parametrize(
    "address", ["ssh://nobody@127.0.0.1:1", "ssh://", "ssh://-oProxyCommand=true"]
)
def test_a_machine_that_ssh_does_not_reach_is_no_engine(address: str) -> None:
    """Nothing listens there, or no machine is named; no tunnel is left, and nothing is started."""
    assert find_engine({"DOCKER_HOST": address, "PATH": os.environ["PATH"]}) is None


def test_the_docker_context_in_use_comes_first(tmp_path: Path) -> None:
    """The address of the chosen context is read from the client's own files."""
    folder = tmp_path / ".docker"
    meta = folder / "contexts/meta" / sha256(b"mine").hexdigest()
    meta.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"currentContext": "mine"}))
    (meta / "meta.json").write_text(
        json.dumps({"Endpoints": {"docker": {"Host": "unix:///mine.sock"}}})
    )
    assert next(iter(bootstrap._addresses({"HOME": str(tmp_path)}))) == "unix:///mine.sock"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"currentContext": "gone"}', "not json"])
def test_an_unreadable_context_is_passed_over(tmp_path: Path, text: str) -> None:
    """Broken or missing client files never stop the search."""
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(text)
    assert bootstrap._current_context(tmp_path, {}) is None


def test_the_end_of_a_log_fits_on_one_line() -> None:
    """A message quotes the last lines of a log, joined."""
    assert bootstrap._tail("a\nb\nc\n", lines=2) == "b | c"
    assert bootstrap._tail("") == "nothing"


def test_a_started_daemon_outlives_its_starter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon runs in a session of its own, and starting it does not wait for its end."""
    if shutil.which("setsid") is None:
        pytest.skip("no setsid on this machine")
    if Path("/run/systemd/system").is_dir():
        pytest.skip("systemd starts the daemon here")
    answer = tmp_path / "answer"
    os.mkfifo(answer)
    daemon = tmp_path / "dockerd"
    daemon.write_text(f"#!/bin/sh\ncut -d' ' -f6 /proc/$$/stat >{answer}\n")
    daemon.chmod(0o755)
    monkeypatch.setattr(bootstrap, "DAEMON_LOG", tmp_path / "log")
    bootstrap._start_daemon({"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert int(answer.read_text()) != os.getsid(0)

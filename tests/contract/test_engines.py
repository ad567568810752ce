"""What every engine promises, whatever it runs on."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

from tests.contract.recipes import LIMITS, script, variables
from verifier.engine.base import Engine, RunRequest
from verifier.model.environment import Limits
from verifier.model.outcome import UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.observe import observe

_GREEN = "mkdir -p dist/deep\nprintf hello > dist/index.html\nprintf x > 'dist/deep/a b.txt'\n"


def _request(recipe: Recipe, name: str = "r01") -> RunRequest:
    return RunRequest(id=name, label=name, recipe=recipe)


def test_a_build_that_ends_with_zero_passes(engine: Engine) -> None:
    """Exit code 0, no trouble of the engine, and the identity of the request."""
    run = engine.run(_request(script(_GREEN)))
    assert (run.infra, run.exit_code, run.timed_out) == (None, 0, False), run.infra_detail
    assert (run.id, run.label, run.driver) == ("r01", "r01", "script")
    assert observe(run).outcome.is_pass


def test_a_build_that_fails_is_data(engine: Engine) -> None:
    """The exit code of the build is the run's, and nothing is raised."""
    run = engine.run(_request(script("echo 'Error: no luck' >&2\nexit 3\n")))
    assert (run.infra, run.exit_code) == (None, 3)
    assert [(s.phase, s.exit_code) for s in run.spawns] == [("build", 3)]
    assert observe(run).outcome.is_fail


def test_a_command_that_is_not_there(engine: Engine) -> None:
    """A missing command is the shell's 127."""
    assert engine.run(_request(script("no-such-command-here\n"))).exit_code == 127


def test_both_streams_are_in_the_log_in_order(engine: Engine) -> None:
    """What is written to either stream is a line of the log, the earlier first."""
    run = engine.run(_request(script("echo one\necho two >&2\necho three\n")))
    lines = [line for line in run.log_lines() if line in {"one", "two", "three"}]
    assert sorted(lines) == ["one", "three", "two"]
    assert lines.index("one") < lines.index("three")


def test_a_log_without_end_is_bounded(engine: Engine, tmp_path: Path) -> None:
    """Of a log beyond the limit the first and the last part are kept."""
    noise = 'i=0\nwhile [ $i -lt 60000 ]; do echo "line $i of a build that says too much"; i=$((i+1)); done\n'  # noqa: E501
    run = engine.run(_request(script(f"echo first\n{noise}echo last\n")))
    assert run.log_path is not None
    assert run.log_path.stat().st_size <= (LIMITS.log_mib << 20) + 500_000
    text = run.log_path.read_text()
    assert "first" in text[:200]
    assert "last" in text[-200:]
    assert tmp_path in run.log_path.parents


def test_the_output_is_listed_with_digests(engine: Engine) -> None:
    """Every file of the output has its path, size and digest."""
    run = engine.run(_request(script(_GREEN)))
    assert run.output.present
    found = {f.path: (f.size_bytes, f.sha256) for f in run.output.files}
    assert found == {
        "static/index.html": (5, hashlib.sha256(b"hello").hexdigest()),
        "static/deep/a b.txt": (1, hashlib.sha256(b"x").hexdigest()),
    }


def test_no_output_is_no_error(engine: Engine) -> None:
    """A build that writes nothing has an output that is not present."""
    assert not engine.run(_request(script("true\n"))).output.present


def test_variables_reach_the_build(engine: Engine) -> None:
    """A variable of the recipe has its value in the build, whatever it is made of."""
    value = "a b'c\"d$e\nf"
    build = 'printf %s "$ODD_VALUE" > got\ncmp got wanted && echo equal\n'
    recipe = script(build, files={"wanted": value}, variables=variables({"ODD_VALUE": value}))
    assert "equal" in list(engine.run(_request(recipe)).log_lines())


def test_equal_requests_come_to_the_same(engine: Engine) -> None:
    """Nothing of a first run is seen by a second one."""
    recipe = script(f"test ! -e dist || exit 9\n{_GREEN}")
    first, second = engine.run(_request(recipe)), engine.run(_request(recipe, "r02"))
    assert first.exit_code == second.exit_code == 0
    assert first.output == second.output
    assert first.recipe_digest == second.recipe_digest


def test_a_build_that_takes_too_long_is_stopped(engine: Engine) -> None:
    """The limit of time ends the run, which is then nobody's failure."""
    limits = Limits(memory_mib=1024, build_s=2, log_mib=1)
    began = time.monotonic()
    run = engine.run(_request(script("echo waiting\nsleep 60\n", limits=limits)))
    assert run.timed_out
    assert time.monotonic() - began < 40
    assert observe(run).outcome.reason is UnresolvedReason.TIMEOUT


def test_a_cancelled_run_says_so(engine: Engine) -> None:
    """Cancelling ends a run at once, and its outcome says nothing about the project."""
    started = threading.Event()
    runs = []

    def work() -> None:
        recipe = script("echo here\nsleep 60\n")
        runs.append(engine.run(_request(recipe), lambda _line: started.set()))

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(60)
    engine.cancel("r01")
    thread.join(30)
    assert not thread.is_alive()
    assert runs[0].infra is UnresolvedReason.CANCELLED
    assert observe(runs[0]).outcome.is_unresolved


def test_after_the_end_nothing_runs(engine: Engine) -> None:
    """A closed engine cancels what is asked of it."""
    engine.close()
    assert engine.run(_request(script(_GREEN))).infra is UnresolvedReason.CANCELLED

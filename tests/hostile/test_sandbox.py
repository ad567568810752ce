"""Builds that try to leave their container, to see the host, or to use it up: none succeeds."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.contract.conftest import MakeEngine
from tests.contract.recipes import LIMITS, platform, script, tree
from tests.hostile.conftest import Neighbour
from verifier.engine.base import RunRequest
from verifier.engine.docker import SESSION_LABEL
from verifier.model.environment import Limits, Network
from verifier.model.outcome import UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.observe import observe

pytestmark = [pytest.mark.docker]

_ATTACKS = Path(__file__).parent / "attacks"
_MARK = "host-canary-4e77a1"


def _request(recipe: Recipe, name: str = "r01") -> RunRequest:
    return RunRequest(id=name, label=name, recipe=recipe)


def _attempts(run: Run) -> Mapping[str, Mapping[str, Any]]:
    lines = [line.partition("ATTEMPT ")[2] for line in run.log_lines() if "ATTEMPT " in line]
    return {found["name"]: found for found in map(json.loads, lines)}


def _words(neighbour: Neighbour) -> str:
    """The attempts' command line; the mark is written backwards so that it is nowhere by itself."""
    return f"/usr/bin/python3 attacks.py {neighbour.address} {neighbour.port} {_MARK[::-1]}"


def _attacks() -> str:
    return (_ATTACKS / "reach.py").read_text()


def test_nothing_of_the_host_is_reached(
    in_docker: MakeEngine, neighbour: Neighbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some seventy attempts of one build, each refused; the stand-in is there for who may ask."""
    monkeypatch.setenv("HOST_SECRET", _MARK)
    (tmp_path / "secret-of-the-host").write_text(_MARK)
    engine = in_docker()
    manifest = json.dumps(
        {"name": "evil", "scripts": {"build": f"{_words(neighbour)} && ls public"}}
    )
    files = tree({"package.json": manifest, "attacks.py": _attacks(), "public/index.html": "here"})
    run = engine.run(_request(platform(files, network=Network.FULL)))
    found = _attempts(run)
    assert run.exit_code == 0, "\n".join(run.log_lines())
    assert len(found) > 70
    got = [f"{a['name']}: {a['how']}" for a in found.values() if a["got"]]
    assert got == [], "; ".join(got)
    assert _MARK not in "\n".join(run.log_lines())
    given = engine.granted(script("").environment)
    assert given["system_calls"] == "verifier's own list"


def test_the_attempts_can_succeed(in_docker: MakeEngine, neighbour: Neighbour) -> None:
    """The same attempts reach the stand-in where the person asked for an unbounded network."""
    recipe = script(
        f"{_words(neighbour)}\n", files={"attacks.py": _attacks()}, network=Network.UNBOUNDED
    )
    run = in_docker().run(_request(recipe))
    found = _attempts(run)
    ways = [name for name, attempt in found.items() if name.startswith("neighbour by")]
    assert len(ways) == 5
    assert [name for name in ways if not found[name]["got"]] == []


_STRICT = """
node -e '
const dns = require("dns");
dns.lookup("registry.npmjs.org", (e) => console.log("registry name", e ? e.code : "known"));
dns.lookup("example.com", (e) => console.log("other name", e ? "unknown" : "known"));
new dns.Resolver({ timeout: 500, tries: 1 }).resolve4("registry.npmjs.org",
  (e) => console.log("question to the resolver", e ? "refused" : "answered"));
'
npm view is-odd version >/dev/null 2>&1 && echo "registry answers"
"""


@pytest.mark.parametrize("network", [Network.FULL, Network.REGISTRY_ONLY])
def test_the_registry_stays_in_reach(in_docker: MakeEngine, network: Network) -> None:
    """Packages can be had; with the registry alone no question leaves for any other host."""
    lines = set(in_docker().run(_request(script(_STRICT, network=network))).log_lines())
    assert {"registry name known", "registry answers"} <= lines, lines
    if network is Network.REGISTRY_ONLY:
        assert {"other name unknown", "question to the resolver refused"} <= lines, lines
    else:
        assert "question to the resolver answered" in lines, lines


_BOMBS = """
import os, signal, subprocess, sys
children = []
try:
    for _ in range(2000):
        pid = os.fork()
        if pid == 0:
            signal.pause()
        children.append(pid)
    print("all processes were given")
except OSError as error:
    print("processes ended at", "a bound" if len(children) < 400 else len(children))
for pid in children:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
hog = "import os; kept = [bytearray(os.urandom(1 << 20)) * 16 for _ in range(64)]; print('all')"
done = subprocess.run([sys.executable, "-c", hog], capture_output=True)
print("memory", "given" if b"all" in done.stdout else "refused")
"""


def test_processes_and_memory_are_bounded(in_docker: MakeEngine) -> None:
    """A fork bomb meets the number of processes, a memory hog the limit without swap."""
    bounded = Limits(memory_mib=256, pids=200, build_s=120, log_mib=1)
    recipe = script("/usr/bin/python3 bombs.py\n", files={"bombs.py": _BOMBS}, limits=bounded)
    run = in_docker().run(_request(recipe))
    lines = run.log_lines()
    assert "processes ended at a bound" in lines, lines
    assert "memory refused" in lines, lines
    assert run.oom_killed


_ORPHAN = """
cat > live.sh <<'END'
while :; do date > /tmp/alive; sleep 0.2; done
END
setsid sh live.sh hostile-orphan-31c5 &
(trap '' TERM HUP INT; exec sh live.sh hostile-orphan-31c5) &
mkdir -p dist && echo green > dist/index.html
"""


def test_a_process_that_outlives_its_parent_ends_with_the_run(
    in_docker: MakeEngine, client: docker.DockerClient
) -> None:
    """The run ends when the build does, and nothing of it is left on the engine."""
    engine = in_docker()
    began = time.monotonic()
    run = engine.run(_request(script(_ORPHAN)))
    assert (run.infra, run.exit_code) == (None, 0), run.infra_detail
    assert time.monotonic() - began < 60
    engine.close()
    label = f"{SESSION_LABEL}={engine.session}"
    assert client.api.containers(all=True, filters={"label": label}) == []
    assert [p for p in _command_lines() if "hostile-orphan-31c5" in p] == []


def _command_lines() -> list[str]:
    """What runs on this machine, which is the engine's in these tests."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


_FILLERS = {
    "bytes": "head -c 400M /dev/urandom > filler\nsleep 100\n",
    "files": 'mkdir f\nnode -e \'for (let i = 0; i < 60000; i++) fs.writeFileSync("f/" + i, "")\'\nsleep 100\n',  # noqa: E501
}


@pytest.mark.parametrize("what", ["bytes", "files"])
def test_the_disk_is_bounded(in_docker: MakeEngine, what: str) -> None:
    """A build that fills the disk is stopped at its limit, not when the engine's disk is full."""
    bounded = replace(LIMITS, disk_mib=200, files=30_000)
    began = time.monotonic()
    run = in_docker().run(_request(script(_FILLERS[what], limits=bounded)))
    assert time.monotonic() - began < 90
    if what == "bytes":
        assert run.disk_exceeded
    else:
        assert run.infra is UnresolvedReason.DISK_FULL
    assert not observe(run).outcome.is_pass


def test_time_and_log_are_bounded(in_docker: MakeEngine) -> None:
    """A build without end that says a gigabyte is stopped, and its log stays small."""
    noise = "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | head -c 1G\n"
    endless = f"{noise}echo said it all\nwhile :; do sleep 1; done\n"
    bounded = replace(LIMITS, build_s=30)
    run = in_docker().run(_request(script(endless, limits=bounded)))
    assert run.timed_out
    assert run.log_path is not None
    assert run.log_path.stat().st_size < (LIMITS.log_mib << 20) + (1 << 20)
    left_out = re.search(r"\[verifier: (\d+) bytes left out\]", run.log_path.read_text())
    assert left_out is not None
    assert int(left_out[1]) > 100 << 20

"""Values of variables are in the build and nowhere else."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import docker
import pytest

from tests.contract.conftest import MakeEngine, client, image, in_docker
from tests.contract.recipes import PACKAGE, platform, tree, variables
from verifier.engine.base import RunRequest
from verifier.engine.docker import SESSION_LABEL
from verifier.model.secret import Secret

__all__ = ["client", "image", "in_docker"]

pytestmark = [pytest.mark.docker]

_IN_VARIABLE = "canary-in-a-variable-5b1c"
_IN_FILE = "canary-in-a-file-9f02"
_CANARIES = (_IN_VARIABLE, _IN_FILE)
_BUILD = """
const fs = require('fs');
const right = process.env.API_TOKEN === 'canary-in-a-' + 'variable-5b1c'
  && fs.readFileSync('.env.local', 'utf8').includes('canary-in-a-' + 'file-9f02');
if (!right) { console.error('the values are not there'); process.exit(1); }
fs.mkdirSync('public', { recursive: true });
fs.writeFileSync('public/index.html', 'green');
console.log('the build waits');
const end = Date.now() + 4000;
while (Date.now() < end) {}
"""


def test_canaries_are_found_nowhere(
    in_docker: MakeEngine, client: docker.DockerClient, tmp_path: Path
) -> None:
    """Not in the engine's metadata, not in a process list, an image, a log or a file of ours."""
    source = tree(
        {"package.json": PACKAGE, "build.js": _BUILD, ".env.local": f"LOCAL_TOKEN={_IN_FILE}\n"},
        secret=frozenset({".env.local"}),
    )
    recipe = platform(source, variables=variables({"API_TOKEN": _IN_VARIABLE}))
    engine = in_docker()
    processes: list[str] = []
    built = threading.Event()

    def watch() -> None:
        assert built.wait(60)
        label = f"{SESSION_LABEL}={engine.session}"
        for found in client.api.containers(filters={"label": label}):
            top = client.api.top(found["Id"], ps_args="-eo pid,args")
            processes.append(json.dumps(top))

    watcher = threading.Thread(target=watch)
    watcher.start()
    request = RunRequest(
        id="r01",
        label="clean",
        recipe=recipe,
        keep=True,
        markers=lambda: {"value:API_TOKEN": Secret(_IN_VARIABLE)},
    )
    run = engine.run(request, lambda line: built.set() if line.startswith("build") else None)
    watcher.join(60)
    assert run.exit_code == 0, "\n".join(run.log_lines())
    container = engine.kept_container("r01")
    assert container is not None
    facts = client.api.inspect_container(container)
    shown = [json.dumps(facts), *processes, repr(run), repr(request)]
    shown += [json.dumps(client.api.exec_inspect(i)) for i in facts["ExecIDs"] or []]
    (snapshot,) = engine._index.images()
    shown.append(json.dumps(client.images.get(snapshot).history()))
    shown.append(json.dumps(client.images.get(snapshot).attrs))
    assert processes
    for canary in _CANARIES:
        assert all(canary not in text for text in shown)
    assert _in_image(client, snapshot) == ""
    assert _on_disk(tmp_path) == []


def _in_image(client: docker.DockerClient, image: str) -> str:
    """Files of an image that hold a canary; everything a layer could have brought is looked at."""
    places = "/vercel /opt/verifier /root /home /tmp /etc /var /run /srv /mnt"
    command = f"grep -rlaF -e {_IN_VARIABLE} -e {_IN_FILE} {places} 2>/dev/null || true"
    labels = {SESSION_LABEL: f"{os.getpid()}-secrets"}
    output = client.containers.run(
        image, ["sh", "-c", command], entrypoint=[], remove=True, labels=labels
    )
    return bytes(output).decode()


def _on_disk(folder: Path) -> list[str]:
    """Files below a folder that hold a canary."""
    return [
        str(place)
        for place in folder.rglob("*")
        if place.is_file() and any(c.encode() in place.read_bytes() for c in _CANARIES)
    ]

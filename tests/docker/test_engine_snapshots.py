"""Runs from a snapshot come to what a run from nothing comes to."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import docker
import pytest

from tests.contract.conftest import MakeEngine, client, image, in_docker
from tests.contract.recipes import PACKAGE, platform, tree
from verifier.engine.base import RunRequest
from verifier.engine.docker import SESSION_LABEL, DockerEngine
from verifier.engine.health import prune_leftovers
from verifier.engine.retention import SNAPSHOT_ROLE
from verifier.model.recipe import Recipe
from verifier.model.run import Run

__all__ = ["client", "image", "in_docker"]

pytestmark = [pytest.mark.docker]

_LIST = """
const fs = require('fs');
const seen = [];
(function walk(dir) {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${dir}/${entry.name}`;
    if (/^\\.\\/(\\.git|\\.vercel|node_modules|public)$/.test(path)) continue;
    const link = entry.isSymbolicLink();
    seen.push([path, link ? fs.readlinkSync(path) : entry.isDirectory() ? 'folder' : fs.readFileSync(path, 'utf8'),
      link ? 0 : fs.statSync(path).mode & 0o111]);
    if (entry.isDirectory()) walk(path);
  }
})('.');
if (fs.existsSync('public')) seen.push('left over');
fs.mkdirSync('public', { recursive: true });
fs.writeFileSync('public/seen.json', JSON.stringify(seen));
console.log(JSON.stringify(seen));
"""  # noqa: E501
_BASE = {"package.json": PACKAGE, "build.js": _LIST}
_FIRST = {
    **_BASE,
    "kept": "kept",
    "changed": "one",
    "gone/deep/file": "gone",
    "becomes-folder": "a file",
    "becomes-file/inside": "in a folder",
    "becomes-link": "a file",
    "tool": "plain",
}
_SECOND = {
    **_BASE,
    "kept": "kept",
    "changed": "two",
    "added/new file": "added",
    "becomes-folder/inside": "in a folder",
    "becomes-file": "a file",
    "becomes-link": "kept",
    "tool.sh": "plain",
}


def _run(engine: DockerEngine, recipe: Recipe, name: str = "r01") -> Run:
    run = engine.run(RunRequest(id=name, label=name, recipe=recipe))
    assert run.infra is None, run.infra_detail
    assert run.exit_code == 0, "\n".join(run.log_lines())
    return run


def _seen(run: Run) -> list[object]:
    line = next(line for line in run.log_lines() if line.startswith("[["))
    value = json.loads(line)
    assert isinstance(value, list)
    return value


def test_another_source_from_the_same_snapshot(in_docker: MakeEngine) -> None:
    """Changed, added and removed files, and files that become folders or links, are as alone."""
    second = platform(tree(_SECOND, links=frozenset({"becomes-link"})))
    _run(in_docker(), platform(tree(_FIRST)))
    reused = _run(in_docker(), second)
    alone = _run(in_docker(snapshots=False), second)
    assert [s.cached for s in reused.steps if s.name == "install"] == [True]
    assert not any(s.cached for s in alone.steps)
    assert _seen(reused) == _seen(alone)
    assert reused.output == alone.output


def test_the_same_source_from_a_snapshot(in_docker: MakeEngine) -> None:
    """The same recipe gives the same output with and without the snapshot it left."""
    recipe = platform(tree(_FIRST))
    first, again = _run(in_docker(), recipe), _run(in_docker(), recipe)
    assert any(s.cached for s in again.steps)
    assert _seen(first) == _seen(again)
    assert first.output == again.output


def test_other_install_inputs_do_not_share_a_snapshot(in_docker: MakeEngine) -> None:
    """What an install reads separates snapshots; here a lifecycle script that reads a file."""
    manifest = json.loads(PACKAGE)
    manifest["scripts"]["postinstall"] = "cp word copied"
    files = {**_BASE, "package.json": json.dumps(manifest)}
    _run(in_docker(), platform(tree({**files, "word": "one"})))
    other = _run(in_docker(), platform(tree({**files, "word": "two"})))
    assert ["./copied", "two", 0] in _seen(other)


def test_closing_removes_what_was_kept(in_docker: MakeEngine, client: docker.DockerClient) -> None:
    """A container kept for a person goes when its session ends, and not before."""
    engine = in_docker()
    wanted = {"label": f"{SESSION_LABEL}={engine.session}"}
    engine.run(RunRequest(id="r01", label="r01", recipe=platform(tree(_FIRST)), keep=True))
    assert engine.kept_container("r01") is not None
    assert len(client.api.containers(filters=wanted)) == 1
    engine.close()
    assert client.api.containers(all=True, filters=wanted) == []


def test_a_container_goes_although_its_rm_was_replaced(
    in_docker: MakeEngine, client: docker.DockerClient
) -> None:
    """Its files are removed first, by a program that the project may have replaced."""
    engine = in_docker(snapshots=False)
    script = "require('fs').writeFileSync('/usr/bin/rm', '#!/bin/sh\\nsleep 1000\\n');" + _LIST
    _run(engine, platform(tree({**_BASE, "build.js": script})))
    began = time.monotonic()
    engine.close()
    wanted = {"label": f"{SESSION_LABEL}={engine.session}"}
    assert client.api.containers(all=True, filters=wanted) == []
    assert time.monotonic() - began < 30


def test_a_snapshot_goes_with_its_folder(
    in_docker: MakeEngine, client: docker.DockerClient, tmp_path: Path
) -> None:
    """Once the cache folder is gone nothing can use its snapshots; those of another one stay."""
    first = in_docker()
    _run(first, platform(tree(_FIRST)))
    (held,) = first._index.images()
    other = tmp_path / "other"
    other.mkdir()
    prune_leftovers(os.environ, other, snapshots=False)
    assert held in _snapshots(client)
    shutil.rmtree(tmp_path / "home")
    prune_leftovers(os.environ, other, snapshots=False)
    assert held not in _snapshots(client)


def _snapshots(client: docker.DockerClient) -> set[str]:
    return {str(i["Id"]) for i in client.api.images(filters={"label": SNAPSHOT_ROLE})}


def test_a_snapshot_that_is_gone_is_made_again(
    in_docker: MakeEngine, client: docker.DockerClient
) -> None:
    """A record without its image is no trouble of the engine."""
    recipe = platform(tree(_FIRST))
    _run(in_docker(), recipe)
    second = in_docker()
    for held in second._index.images():
        client.images.remove(held, force=True)
    again = _run(second, recipe)
    assert not any(s.cached for s in again.steps)
    assert any(s.name == "snapshot" for s in again.steps)

"""A package registry that answers wrongly is never the project's fault, whichever manager asks."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from tests.contract.conftest import client, image
from tests.contract.recipes import LIMITS, script, tree, variables
from tests.contract.recipes import platform as on_the_platform
from tests.faults.conftest import Count, Told, often
from tests.faults.registry import PACKAGE, Answer, Part, Registry
from tests.faults.verifications import VARIABLE, report_of, with_package
from verifier.engine.archive import bytes_archive, chunks
from verifier.engine.base import RunRequest
from verifier.engine.docker import ROLE_LABEL, DockerEngine, DockerOptions
from verifier.engine.health import session_name
from verifier.engine.image import ImageRef
from verifier.engine.sandbox import reach_of
from verifier.model.environment import (
    InstalledTree,
    Limits,
    Manager,
    ManagerChoice,
    Network,
    TreeMode,
)
from verifier.model.observation import Observation
from verifier.model.outcome import Outcome, UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.observe import observe
from verifier.second_look import second_look

__all__ = ["client", "image"]

pytestmark = [pytest.mark.live]

MakeEngine = Callable[..., DockerEngine]

_PATIENCE = {"fetch_retries": "1", "fetch_retry_mintimeout": "10", "fetch_timeout": "2000"}
_QUICK = {f"{who}_config_{k}": v for who in ("npm", "pnpm") for k, v in _PATIENCE.items()}
"""The project's own settings, so that no manager waits for minutes."""
_MANIFEST = json.dumps(
    {
        "name": "tiny", "private": True, "scripts": {"build": "node build.js"},
        "dependencies": {PACKAGE: "^1.0.0"},
    }
)  # fmt: skip
_BUILD = (
    f"console.log(require('{PACKAGE}'));const fs=require('fs');fs.mkdirSync('public');"
    "fs.writeFileSync('public/index.html','here');"
)
_WRONG = [
    (part, answer)
    for part, answer in itertools.product(Part, Answer)
    if answer is not Answer.MISSING
    # Of a file, whatever is not the file is one kind of answer.
    and (part, answer) != (Part.FILE, Answer.BLANK)
]
_MANAGERS = {
    "pnpm10": ManagerChoice(manager=Manager.PNPM, major=10),
    "pnpm12": ManagerChoice(manager=Manager.PNPM, major=12),
    "yarn1": ManagerChoice(manager=Manager.YARN, major=1),
    "bun": ManagerChoice(manager=Manager.BUN),
}
_OFTEN = {
    (Part.FACTS, Answer.BUSY),
    (Part.FACTS, Answer.PORTAL),
    (Part.FACTS, Answer.SILENCE),
    (Part.FILE, Answer.BROKEN),
    (Part.FILE, Answer.AWAY),
    (Part.FILE, Answer.HALF),
    (Part.FILE, Answer.NOTHING),
    (Part.FILE, Answer.OTHER),
}
_OTHERS = [(name, *wrong) for name, wrong in itertools.product(_MANAGERS, _WRONG)]
_OTHERS_OFTEN = {
    ("pnpm12", Part.FACTS, Answer.PORTAL),
    ("pnpm12", Part.FILE, Answer.HALF),
    ("yarn1", Part.FACTS, Answer.PORTAL),
    ("yarn1", Part.FACTS, Answer.EMPTY),
    ("bun", Part.FACTS, Answer.HALF),
    ("yarn1", Part.FILE, Answer.AWAY),
    ("bun", Part.FACTS, Answer.AWAY),
    ("bun", Part.FILE, Answer.HALF),
}


@pytest.fixture(scope="module")
def registry(client: docker.DockerClient) -> Iterator[Registry]:
    settings = client.networks.get("bridge").attrs["IPAM"]["Config"][0]
    # An engine leaves the gateway out until its first restart; it is the first address then.
    gateway = settings.get("Gateway") or ipaddress.ip_network(settings["Subnet"])[1]
    try:
        made = Registry(str(gateway))
    except OSError:
        pytest.skip("containers do not reach this host by their gateway")
    yield made
    made.close()


@pytest.fixture(scope="module")
def mirror(client: docker.DockerClient, image: ImageRef, registry: Registry) -> Iterator[str]:
    """The mirror image as it is made on a host with this registry."""
    container = client.containers.create(image.tag, ["true"])
    try:
        settings = {"vercel/.npmrc": f"registry={registry.address}\n".encode()}
        with bytes_archive(settings, mode=0o644) as stream:
            container.put_archive("/", chunks(stream))
        # A name keeps it when the snapshots made from it are removed; the role hides it from users.
        made = container.commit(
            repository="verifier-test/registry",
            tag=secrets.token_hex(4),
            conf={"Labels": {ROLE_LABEL: "test"}},
        )
    finally:
        container.remove(force=True)
    yield str(made.id)
    client.images.remove(str(made.id), force=True)


@pytest.fixture
def make(
    client: docker.DockerClient, registry: Registry, mirror: str, tmp_path: Path
) -> Iterator[MakeEngine]:
    made: list[DockerEngine] = []

    def engine(proxy: str = "", *, snapshots: bool = True) -> DockerEngine:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        options = DockerOptions(
            image=mirror,
            image_id=mirror,
            session=session_name(os.getpid(), secrets.token_hex(4)),
            folder=tmp_path / "home",
            logs=tmp_path / f"logs-{len(made)}",
            salt=b"salt",
            day="2026-11-25",
            trees=lambda _digest: {f"/vercel/path0/{n}": p for n, p in _found(tmp_path).items()},
            proxies=dict.fromkeys(names, proxy) if proxy else {},
            reach=reach_of(registry=registry.address, proxies=[proxy] if proxy else []),
            snapshots=snapshots,
        )
        made.append(DockerEngine(client, options))
        return made[-1]

    yield engine
    for one in made:
        one.close()
    for held in made[0]._index.images() if made else ():
        with contextlib.suppress(docker.errors.ImageNotFound):
            client.images.remove(held, force=True)


def _found(folder: Path) -> dict[str, Path]:
    place = folder / "app/node_modules"
    return {"node_modules": place} if place.exists() else {}


def _limits(answer: Answer | None) -> Limits:
    # Not every manager can be told how long to wait, so the run's own limit is short.
    return replace(LIMITS, build_s=20) if answer is Answer.SILENCE else LIMITS


def _as_npm(answer: Answer | None) -> Recipe:
    return on_the_platform(
        tree({"package.json": _MANIFEST, "build.js": _BUILD}),
        variables=variables(_QUICK),
        network=Network.FULL,
        limits=_limits(answer),
    )


def _as(manager: ManagerChoice, registry: Registry, answer: Answer | None) -> Recipe:
    return script(
        "",
        files={"package.json": _MANIFEST, "build.js": _BUILD},
        manager=manager,
        tree=InstalledTree(mode=TreeMode.FRESH),
        build_script="npm run build",
        network=Network.FULL,
        variables=variables({**_QUICK, "npm_config_registry": registry.address}),
        limits=_limits(answer),
    )


def _run(engine: DockerEngine, recipe: Recipe) -> Run:
    return engine.run(RunRequest(id=f"r{secrets.token_hex(3)}", label="x", recipe=recipe))


def _seen(engine: DockerEngine, recipe: Recipe) -> tuple[Observation, Run]:
    """What a trial would see: a second look at the registry is part of it."""
    run = _run(engine, recipe)
    return second_look(engine, recipe, observe(run), label="x"), run


def _blames_nobody(outcome: Outcome, run: Run, where: str) -> Told:
    """Whether the outcome is unresolved for the registry's sake."""
    said = "\n".join(list(run.log_lines())[-20:])
    assert outcome.is_unresolved, f"{where}: {outcome}\n{said}"
    assert outcome.reason in {UnresolvedReason.REGISTRY, UnresolvedReason.TIMEOUT}, where
    assert outcome.detail, where
    return Told.NAMED


@pytest.mark.parametrize("name", often(["npm", *_MANAGERS], {"npm", "pnpm12", "yarn1", "bun"}))
def test_a_healthy_registry_is_used(make: MakeEngine, registry: Registry, name: str) -> None:
    """The neighbour of all that follows: through the same registry the build is green."""
    registry.arm(None)
    run = _run(make(), _everything(registry)[name])
    assert observe(run).outcome.is_pass, "\n".join(list(run.log_lines())[-20:])
    assert any(path.endswith(".tgz") for path in registry.asked)
    assert "healthy" in run.log_lines()


@pytest.mark.parametrize("wrong", often(_WRONG, _OFTEN))
def test_npm(
    make: MakeEngine, registry: Registry, count: Count, wrong: tuple[Part, Answer]
) -> None:
    """Every wrong answer about each part, in the platform's own build."""
    registry.arm(wrong)
    seen, run = _seen(make(), _as_npm(wrong[1]))
    assert registry.met > 0
    told = _blames_nobody(seen.outcome, run, f"npm {wrong}")
    count(f"registry: {wrong[1].value}", "install", told)


@pytest.mark.parametrize("case", often(_OTHERS, _OTHERS_OFTEN))
def test_other_managers(
    make: MakeEngine, registry: Registry, count: Count, case: tuple[str, Part, Answer]
) -> None:
    """The same of the other managers, each with words of its own."""
    name, wrong = case[0], case[1:]
    registry.arm(wrong)
    seen, run = _seen(make(), _as(_MANAGERS[name], registry, wrong[1]))
    assert registry.met > 0
    told = _blames_nobody(seen.outcome, run, f"{name} {wrong}")
    count(f"registry: {wrong[1].value}", "install", told)


def _everything(registry: Registry) -> dict[str, Recipe]:
    return {"npm": _as_npm(None)} | {n: _as(m, registry, None) for n, m in _MANAGERS.items()}


@pytest.mark.parametrize("name", often(["npm", *_MANAGERS], {"npm"}))
def test_the_hosts_proxy(make: MakeEngine, registry: Registry, count: Count, name: str) -> None:
    """A proxy of the host that works is used; one that is away is nobody's fault."""
    registry.arm(None)
    with socket.create_server((registry.host, 0)) as server:
        away = f"http://{registry.host}:{server.getsockname()[1]}"
    run = _run(make(away), _everything(registry)[name])
    told = _blames_nobody(observe(run).outcome, run, f"{name} through a proxy that is away")
    count("proxy away", "install", told)
    run = _run(make(registry.address), _everything(registry)[name])
    assert observe(run).outcome.is_pass, "\n".join(list(run.log_lines())[-20:])


@pytest.mark.parametrize(
    ("name", "part"),
    [
        pytest.param(
            name, part, id=f"{name}-{part.name}",
            marks=[] if (name, part) == ("bun", Part.FACTS) else [pytest.mark.thorough],
        )
        for name, part in itertools.product(_MANAGERS, Part)
    ],
)  # fmt: skip
def test_what_is_not_there_is_the_projects_fault(
    make: MakeEngine, registry: Registry, name: str, part: Part
) -> None:
    """The neighbour: a registry that rightly answers "not found" is believed."""
    registry.arm((part, Answer.MISSING))
    outcome = _seen(make(), _as(_MANAGERS[name], registry, Answer.MISSING))[0].outcome
    assert outcome.signature is not None, outcome
    assert outcome.signature.error_class == "package-not-found", outcome
    assert outcome.signature.subject == PACKAGE, outcome


_BORNE_OUT = [*itertools.product(["npm", *_MANAGERS], ["version", "package"])]


@pytest.mark.parametrize("case", often(_BORNE_OUT, {("bun", "version"), ("yarn1", "package")}))
def test_what_a_second_look_bears_out(
    make: MakeEngine, registry: Registry, case: tuple[str, str]
) -> None:
    """The neighbour of an unreadable page: no such version, and a 404 that says no more."""
    name, absent = case
    registry.arm((Part.FACTS, Answer.MISSING) if absent == "package" else None, terse=True)
    wanted = "^1.0.0" if absent == "package" else "^9.0.0"
    manifest = _MANIFEST.replace("^1.0.0", wanted)
    recipe = _everything(registry)[name]
    files = {"package.json": manifest, "build.js": _BUILD}
    seen, run = _seen(make(), replace(recipe, source=tree(files)))
    said = "\n".join(list(run.log_lines())[-20:])
    assert seen.outcome.signature is not None, f"{seen.outcome}\n{said}"
    assert seen.outcome.signature.error_class == "package-not-found", seen.outcome
    assert seen.outcome.signature.subject.startswith(PACKAGE), seen.outcome


@pytest.mark.parametrize("name", often(["yarn1", "bun"], set()))
def test_an_empty_page_that_came_only_once(
    make: MakeEngine, registry: Registry, count: Count, name: str
) -> None:
    """What the install was not told is there by the second look: nobody's fault but the page's."""
    registry.arm((Part.FACTS, Answer.EMPTY), most=1)
    seen, run = _seen(make(), _as(_MANAGERS[name], registry, Answer.EMPTY))
    assert registry.met == 1
    told = _blames_nobody(seen.outcome, run, f"{name}, one empty page")
    count(f"registry: {Answer.EMPTY.value}", "install", told)


@pytest.mark.parametrize(
    "wrong",
    often(
        [None, (Part.FILE, Answer.OTHER), (Part.FACTS, Answer.AWAY)],
        {None, (Part.FACTS, Answer.AWAY)},
    ),
)
def test_a_verification_says_that_it_cannot_tell(
    make: MakeEngine,
    registry: Registry,
    count: Count,
    tmp_path: Path,
    wrong: tuple[Part, Answer] | None,
) -> None:
    """Nothing of the project is named, and the answer says whose trouble it is."""
    project = with_package(tmp_path / "app", PACKAGE, "module.exports = 'healthy'\n")
    registry.arm(wrong)
    report = report_of(project, make(), tmp_path / "work")
    if wrong is None:
        assert report.deployable is True, report.headline
        return
    assert registry.met > 0
    assert report.deployable is None, report.headline
    assert report.confirmed == (), report.headline
    assert "registry" in report.headline, report.headline
    # The same project, once the registry answers again.
    registry.arm(None)
    after = report_of(project, make(), tmp_path / "work-after")
    assert after.deployable is True, after.headline
    count(f"registry: {wrong[1].value}", "search", Told.NAMED)


@pytest.mark.thorough
def test_an_unreadable_page_in_a_verification(
    make: MakeEngine, registry: Registry, count: Count, tmp_path: Path
) -> None:
    """Yarn calls the package missing; no cause is named for that, and nothing is offered."""
    code = "module.exports = 'healthy'\n"
    project = with_package(tmp_path / "app", PACKAGE, code, wants=True, yarn=True)
    registry.arm((Part.FACTS, Answer.EMPTY))
    report = report_of(project, make(), tmp_path / "work")
    assert registry.met > 0
    assert report.deployable is None, report.headline
    assert report.confirmed == (), report.headline
    assert "registry" in report.headline, report.headline
    count(f"registry: {Answer.EMPTY.value}", "search", Told.NAMED)
    # Only its first answers: by the time a repair is tried, everything is there.
    registry.arm((Part.FACTS, Answer.EMPTY), most=1)
    report = report_of(project, make(), tmp_path / "work-once")
    assert {c.subject for c in report.confirmed} <= {VARIABLE}, report.headline
    assert report.deployable is not True, report.headline
    told = Told.TRUE if report.confirmed else Told.NAMED
    count(f"registry: {Answer.EMPTY.value}", "search", told)
    registry.arm(None)
    later = report_of(project, make(), tmp_path / "work-later")
    assert [c.subject for c in later.confirmed] == [VARIABLE], later.headline


@pytest.mark.parametrize("part", often(Part, set()))
def test_a_registry_that_goes_away_in_the_search(
    make: MakeEngine, registry: Registry, count: Count, tmp_path: Path, part: Part
) -> None:
    """The one cause or none is named, and never anything of the package that did not come."""
    project = with_package(tmp_path / "app", PACKAGE, "module.exports = 'healthy'\n", wants=True)
    registry.arm((part, Answer.AWAY), after=1)
    report = report_of(project, make(snapshots=False), tmp_path / "work")
    assert registry.met > 0
    assert report.deployable is not True, report.headline
    assert {c.subject for c in report.confirmed} <= {VARIABLE}, report.headline
    if not report.confirmed:
        assert "registry" in report.headline or "no cause could be proved" in report.headline
    registry.arm(None)
    later = report_of(project, make(), tmp_path / "work-later")
    assert [c.subject for c in later.confirmed] == [VARIABLE], later.headline
    count(f"registry: {Answer.AWAY.value}", "search", Told.TRUE if report.confirmed else Told.NAMED)

"""What the registry itself is asked where a manager's words leave open who is at fault."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.contract.recipes import script, tree, variables
from tests.unit.observe_runs import failed_install, made_run
from verifier.engine.base import Progress, RunRequest, silent
from verifier.engine.scratch import ScratchEngine
from verifier.model.environment import Driver, Manager, TreeMode
from verifier.model.observation import Doubt, Observation
from verifier.model.outcome import UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.observe import observe
from verifier.second_look import second_look

_NEAR = "http://172.17.0.1:4873/tinny"
_AT = "https://registry.example/tinny"
_YARN = ['error Couldn\'t find package "tinny" on the "npm" registry.']
_BUN = [
    'error: No version matching "^1.0.0" found for specifier "tinny" (but package exists)',
    "error: tinny@^1.0.0 failed to resolve",
]
_BUN_TAG = [
    'error: Package "tinny" with tag "next" not found, but package exists',
    "error: tinny@next failed to resolve",
]
_PNPM = [" ERR_PNPM_NO_VERSIONS  No versions available for tinny. The package may be unpublished."]
_ASKED = f'verbose 0.46 Performing "GET" request to "{_AT}".'


def _answered(status: int) -> list[str]:
    return [_ASKED, f'verbose 0.48 Request "{_AT}" finished with status code {status}.']


@dataclass
class Asked:
    """An engine that answers the second look with a log and an exit code of the test's."""

    folder: Path
    log: list[str]
    code: int | None = 1
    timed_out: bool = False
    infra: UnresolvedReason | None = None
    requests: list[RunRequest] = field(default_factory=list)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        self.requests.append(request)
        progress("asked")
        self.folder.mkdir()
        run = made_run(self.folder, "\n".join(self.log), exit_code=self.code)
        return replace(run, timed_out=self.timed_out, infra=self.infra)

    def cancel(self, request_id: str) -> None:
        raise NotImplementedError(request_id)

    def close(self) -> None:
        """Nothing runs."""


def _failed(folder: Path, log: list[str], command: str) -> Observation:
    return observe(made_run(folder, "\n".join(log), **failed_install(f"{command} install")))


def _recipe(**files: str) -> Recipe:
    return script("", files=files)


@pytest.mark.parametrize(
    ("log", "doubt"),
    [
        (_YARN, Doubt(manager=Manager.YARN, package="tinny")),
        (_BUN, Doubt(manager=Manager.BUN, package="tinny", wanted="^1.0.0")),
        (_BUN_TAG, Doubt(manager=Manager.BUN, package="tinny", wanted="next")),
        (_PNPM, Doubt(manager=Manager.PNPM, package="tinny")),
        ([f"error Error: {_AT}: Not found"], None),
        ([f"error: GET {_AT} - 404", "error: tinny@^1.0.0 failed to resolve"], None),
        # What is known of one package is not in doubt for another's sake.
        ([f"error: GET {_AT} - 404", _BUN[0].replace("tinny", "other")], None),
        (["Error: tinny.js is gone", *_YARN[0].split("error ")[1:]], None),
    ],
)
def test_who_leaves_doubt(log: list[str], doubt: Doubt | None, tmp_path: Path) -> None:
    """Only the words that fit a registry in trouble as well as a package that is not there."""
    assert _failed(tmp_path, log, "x").doubt == doubt


_CASES: dict[str, tuple[list[str], list[str], int | None, bool]] = {
    "yarn, a page": (_YARN, [*_answered(200), "error Received invalid response"], 0, False),
    "yarn, it is there after all": (_YARN, [*_answered(200), "tinny", "Done in 0.1s."], 0, False),
    "yarn, busy": (_YARN, _answered(429), 0, False),
    "yarn, broken": (_YARN, [*_answered(503), 'Error: Request failed "503 Away"'], 1, False),
    "yarn, torn": (_YARN, [_ASKED, "info There appears to be trouble", _ASKED], 0, False),
    "yarn, 404": (_YARN, _answered(404), 0, True),
    "yarn, 401": (_YARN, _answered(401), 0, True),
    "yarn, not to be had": (_YARN, ["sh: 1: yarn: not found"], 127, True),
    "bun, an empty page": (
        _BUN,
        ["npm error code ENODATA", f"npm error Invalid response body while trying to fetch {_AT}"],
        1,
        False,
    ),
    "bun, half a page": (
        _BUN,
        [
            "npm error code ECONNRESET",
            "npm error errno ECONNRESET",
            f"npm error network Invalid response body while trying to fetch {_NEAR}: aborted",
            "npm error network This is a problem related to network connectivity.",
            "npm error network In most cases you are behind a proxy or have bad network settings.",
            "npm error network",
            "npm error network If you are behind a proxy, please make sure that the 'proxy' config",
            "npm error A complete log of this run can be found in: /vercel/.npm/_logs/x.log",
        ],
        1,
        False,
    ),
    "bun, it is there after all": (_BUN, ["tinny-1.0.0.tgz"], 0, False),
    "bun, no such version": (
        _BUN,
        [
            "npm error code ETARGET",
            "npm error notarget No matching version found for tinny@^1.0.0.",
        ],
        1,
        True,
    ),
    "bun, no such tag": (
        _BUN_TAG,
        ["npm error code ETARGET", "npm error notarget No matching version found for tinny@next."],
        1,
        True,
    ),
    "bun, unpublished": (
        _BUN,
        ["npm error code ENOVERSIONS", "npm error No versions available for tinny"],
        1,
        True,
    ),
    "pnpm, nothing in it": (
        _PNPM,
        ["npm error code ENOVERSIONS", "npm error No versions available for undefined"],
        1,
        False,
    ),
    "pnpm, unpublished": (
        _PNPM,
        ["npm error code ENOVERSIONS", "npm error No versions available for tinny"],
        1,
        True,
    ),
}


@pytest.mark.parametrize("name", _CASES)
def test_what_the_registry_says(name: str, tmp_path: Path) -> None:
    """A page that is none is the registry's trouble; what it refuses stays the project's fault."""
    log, answer, code, stays = _CASES[name]
    before = _failed(tmp_path, log, name.partition(",")[0])
    after = second_look(Asked(tmp_path / "asked", answer, code), _recipe(), before, label="clean")
    if stays:
        assert after == before
        assert after.outcome.is_fail
        return
    assert after.outcome.reason is UnresolvedReason.REGISTRY
    assert "tinny" in after.outcome.detail
    told = {e.signature.error_class for e in after.errors}
    assert "registry" in told
    assert "package-not-found" not in told


def test_silence_is_no_answer(tmp_path: Path) -> None:
    """A second look that takes too long is the registry's trouble, too."""
    before = _failed(tmp_path, _BUN, "bun")
    engine = Asked(tmp_path / "asked", [], None, timed_out=True)
    after = second_look(engine, _recipe(), before, label="clean")
    assert after.outcome.reason is UnresolvedReason.REGISTRY
    assert after.outcome.detail == "no answer about tinny"


@pytest.mark.parametrize("infra", [UnresolvedReason.ENGINE_LOST, UnresolvedReason.NOT_REPLAYABLE])
def test_a_look_that_cannot_be_had(infra: UnresolvedReason, tmp_path: Path) -> None:
    """A lost engine leaves it open; a replay keeps what the recorded run came to."""
    before = _failed(tmp_path, _YARN, "yarn")
    engine = Asked(tmp_path / "asked", [], None, infra=infra)
    after = second_look(engine, _recipe(), before, label="clean")
    if infra is UnresolvedReason.NOT_REPLAYABLE:
        assert after == before
    else:
        assert after.outcome.reason is infra


def test_it_asks_as_the_install_did(tmp_path: Path) -> None:
    """The same sources, variables and network; nothing is installed, and nothing else is run."""
    recipe = replace(_recipe(**{".npmrc": "registry=x"}))
    recipe = replace(
        recipe, environment=replace(recipe.environment, variables=variables({"A": "1"}))
    )
    engine = Asked(tmp_path / "asked", _answered(404), 0)
    second_look(engine, recipe, _failed(tmp_path, _YARN, "yarn"), label="clean")
    (request,) = engine.requests
    asked = request.recipe.environment
    assert request.cold
    assert request.contained
    assert request.recipe.source is recipe.source
    assert (asked.variables, asked.network) == (
        recipe.environment.variables,
        recipe.environment.network,
    )
    assert (asked.driver, asked.tree.mode) == (Driver.SCRIPT, TreeMode.AS_FOUND)
    assert asked.build_script == "yarn info --verbose tinny name"


def test_it_never_asks_on_the_host(tmp_path: Path) -> None:
    """Even where the developer's own side runs there: what is asked for comes from a log."""
    engine = Asked(tmp_path / "asked", _answered(404), 0)
    host = ScratchEngine(
        inner=engine, folder=tmp_path, environ={}, trees=lambda _: {}, digest=lambda _: ""
    )
    second_look(host, _recipe(), _failed(tmp_path, _YARN, "yarn"), label="local")
    assert len(engine.requests) == 1


def test_a_name_is_never_a_command(tmp_path: Path) -> None:
    """The examined project writes its log, and so what is asked for."""
    log = [
        _BUN[0].replace("^1.0.0", "$(touch /x); `id`"),
        "error: tinny@1 failed to resolve",
    ]
    engine = Asked(tmp_path / "asked", [], 0)
    second_look(engine, _recipe(), _failed(tmp_path, log, "bun"), label="clean")
    command = engine.requests[0].recipe.environment.build_script or ""
    assert command.endswith(" 'tinny@$(touch /x); `id`'")


@pytest.mark.parametrize(
    ("files", "environ"),
    [
        ({"bunfig.toml": '[install]\nregistry = "https://own.example"\n'}, {}),
        ({"bunfig.toml": '[install.scopes]\nown = "https://own.example"\n'}, {}),
        ({}, {"BUN_CONFIG_REGISTRY": "https://own.example"}),
    ],
)
def test_another_registry_is_not_asked(
    files: dict[str, str], environ: dict[str, str], tmp_path: Path
) -> None:
    """Where npm would ask another registry than Bun did, Bun is believed."""
    recipe = _recipe(**files)
    recipe = replace(recipe, environment=replace(recipe.environment, variables=variables(environ)))
    before = _failed(tmp_path, _BUN, "bun")
    engine = Asked(tmp_path / "asked", [], 0)
    assert second_look(engine, recipe, before, label="clean") == before
    assert engine.requests == []


def test_a_file_of_its_own_without_a_registry_changes_nothing(tmp_path: Path) -> None:
    """The neighbour: settings of other things."""
    recipe = replace(_recipe(), source=tree({"bunfig.toml": "[install]\nexact = true\n"}))
    engine = Asked(tmp_path / "asked", [], 0)
    second_look(engine, recipe, _failed(tmp_path, _BUN, "bun"), label="clean")
    assert len(engine.requests) == 1

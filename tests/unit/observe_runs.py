"""Runs for the tests of `observe`, from recorded logs or written by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from verifier.model.run import BuilderError, Run, SpawnEvent, StepRecord

LOGS: Final = Path(__file__).parent.parent / "data" / "logs"


def recorded(name: str) -> dict[str, Any]:
    """A recorded case: what the run left behind, and what it is expected to mean."""
    case: dict[str, Any] = json.loads((LOGS / f"{name}.json").read_text(encoding="utf-8"))
    return case


def recorded_run(case: dict[str, Any], folder: Path) -> Run:
    """The run of a recorded case, its log written to a folder."""
    error = case["builder_error"]
    run = made_run(folder, "\n".join(case["log"]), exit_code=case["exit_code"])
    is_script = case["driver"] == "script"
    return replace(
        run,
        driver=case["driver"],
        steps=(StepRecord(name="build", exit_code=case["exit_code"], seconds=1.0),)
        if is_script
        else (),
        spawns=tuple(SpawnEvent(seconds=1.0, **spawn) for spawn in case["spawns"]),
        builder_error=BuilderError(**error) if error else None,
    )


def made_run(folder: Path, log: str, *, exit_code: int | None = 1, **rest: Any) -> Run:
    """A run with a log of one's own; fails in its build unless told otherwise."""
    path = folder / "log.txt"
    path.write_text(log, encoding="utf-8")
    run = Run(
        id="r",
        label="clean",
        recipe_digest="0" * 64,
        driver="script",
        steps=(StepRecord(name="build", exit_code=exit_code, seconds=1.0),),
        log_path=path,
        exit_code=exit_code,
    )
    return replace(run, **rest)


def failed_install(command: str = "npm install", code: int = 1) -> dict[str, Any]:
    """What the platform leaves behind when its install command fails."""
    return {
        "driver": "platform",
        "steps": (),
        "spawns": (SpawnEvent(phase="install", command=command, exit_code=code, seconds=1.0),),
        "builder_error": BuilderError(
            code=f"BUILD_UTILS_SPAWN_{code}", message=f'Command "{command}" exited with {code}'
        ),
    }

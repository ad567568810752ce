"""Runs as JSON, so that a real run can be replayed without an engine."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from verifier.model.outcome import UnresolvedReason
from verifier.model.run import (
    BuilderError,
    Output,
    OutputFile,
    OutputFunction,
    Run,
    SpawnEvent,
    StepRecord,
)

_LOG_HEAD, _LOG_TAIL = 1500, 2500


def run_to_json(run: Run, *, hide: Iterable[str] = ()) -> dict[str, Any]:
    """The run as plain JSON with its log inside, shortened, and every text of `hide` masked."""
    lines = list(run.log_lines())
    if len(lines) > _LOG_HEAD + _LOG_TAIL:
        lines = [*lines[:_LOG_HEAD], "[verifier: lines left out]", *lines[-_LOG_TAIL:]]
    value = {
        f.name: getattr(run, f.name)
        for f in dataclasses.fields(run)
        if f.name not in {"log_path", "infra", "steps", "spawns", "output", "builder_error"}
    }
    value |= {
        "log": "\n".join(lines),
        "infra": run.infra.name if run.infra else None,
        "steps": [dataclasses.asdict(s) for s in run.steps],
        "spawns": [dataclasses.asdict(s) for s in run.spawns],
        "output": dataclasses.asdict(run.output),
        "builder_error": dataclasses.asdict(run.builder_error) if run.builder_error else None,
        "installed": dict(run.installed),
        "collected": dict(run.collected),
        "native_needs": dict(run.native_needs),
        "text_hits": {k: list(v) for k, v in run.text_hits.items()},
        "notes": list(run.notes),
    }
    secrets = sorted((h for h in hide if len(h) >= 4), key=len, reverse=True)
    masked = _masked(value, secrets)
    if not isinstance(masked, dict):
        raise TypeError(type(masked))
    return masked


_REGISTRY = re.compile(r"https?://registry\.[\w.-]+(?::\d+)?/")
"""Addresses of package registries, which differ from machine to machine."""


def _masked(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        value = _REGISTRY.sub("https://registry.example/", value)
        for secret in secrets:
            value = value.replace(secret, "********")
        return value
    if isinstance(value, dict):
        return {k: _masked(v, secrets) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(v, secrets) for v in value]
    return value


def run_from_json(value: Mapping[str, Any], log_path: Path) -> Run:
    """The run again; its log is written to `log_path`."""
    log_path.write_text(str(value["log"]) + "\n", encoding="utf-8")
    output = value["output"]
    return Run(
        id=value["id"],
        label=value["label"],
        recipe_digest=value["recipe_digest"],
        driver=value["driver"],
        steps=tuple(StepRecord(**s) for s in value["steps"]),
        spawns=tuple(SpawnEvent(**s) for s in value["spawns"]),
        log_path=log_path,
        exit_code=value["exit_code"],
        builder_error=BuilderError(**value["builder_error"]) if value["builder_error"] else None,
        output=Output(
            **{
                **output,
                "files": tuple(OutputFile(**f) for f in output["files"]),
                "functions": tuple(OutputFunction(**f) for f in output["functions"]),
                "routes": tuple(output["routes"]),
                "overrides": tuple((f, a) for f, a in output.get("overrides", ())),
                "written": tuple(output.get("written", ())),
            }
        ),
        installed=value["installed"],
        collected=value["collected"],
        native_needs=value.get("native_needs", {}),
        text_hits={k: tuple(v) for k, v in value["text_hits"].items()},
        node_version=value["node_version"],
        manager_version=value["manager_version"],
        oom_killed=value["oom_killed"],
        timed_out=value["timed_out"],
        disk_exceeded=value.get("disk_exceeded", False),
        peak_memory_mib=value["peak_memory_mib"],
        infra=UnresolvedReason[value["infra"]] if value["infra"] else None,
        infra_detail=value["infra_detail"],
        seconds=value["seconds"],
        cached=value["cached"],
        notes=tuple(value["notes"]),
    )

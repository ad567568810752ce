"""Engines around recorded runs: one replays them without a container, one records them."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.engine.base import Engine, Progress, RunRequest, silent
from verifier.engine.saved import run_from_json, run_to_json
from verifier.model.outcome import UnresolvedReason
from verifier.model.run import Run

NOT_RECORDED = "no run is recorded for this trial"


class ReplayEngine:
    """Answers requests from recorded runs, found by their label."""

    def __init__(self, recording: Path, logs: Path) -> None:
        self._runs: dict[str, Any] = json.loads(gzip.decompress(recording.read_bytes()))["runs"]
        self._logs = logs
        logs.mkdir(parents=True, exist_ok=True)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:  # noqa: ARG002
        """The recorded run of that label; unresolved where none was recorded."""
        found = self._runs.get(request.label)
        if found is None:
            return Run(
                id=request.id,
                label=request.label,
                recipe_digest="",
                driver=request.recipe.environment.driver.value,
                steps=(),
                log_path=None,
                infra=UnresolvedReason.NOT_REPLAYABLE,
                infra_detail=f"{NOT_RECORDED}: {request.label}",
            )
        return replace(run_from_json(found, self._logs / f"{request.id}.log"), id=request.id)

    def cancel(self, request_id: str) -> None:
        """Nothing runs, so there is nothing to stop."""

    def close(self) -> None:
        """Nothing was created, so there is nothing to remove."""


class RecordingEngine:
    """Passes requests on and remembers every run, with secrets masked."""

    def __init__(self, inner: Engine, hide: Callable[[], Iterable[str]]) -> None:
        self._inner, self._hide = inner, hide
        self._runs: dict[str, Any] = {}
        self._lock = threading.Lock()

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        """Perform one run through the inner engine."""
        run = self._inner.run(request, progress)
        with self._lock:
            self._runs[request.label] = run_to_json(run, hide=self._hide())
        return run

    def cancel(self, request_id: str) -> None:
        """Stop a run of the inner engine."""
        self._inner.cancel(request_id)

    def close(self) -> None:
        """Close the inner engine."""
        self._inner.close()

    def save(self, recording: Path) -> None:
        """Write what was recorded; equal runs give equal bytes."""
        recording.parent.mkdir(parents=True, exist_ok=True)
        body = json.dumps({"runs": self._runs}, sort_keys=True).encode()
        recording.write_bytes(gzip.compress(body, mtime=0))

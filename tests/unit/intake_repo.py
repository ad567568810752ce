"""Builds small repositories on disk, as a developer would, for the tests of intake."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.intake import IntakeOptions, read_project
from verifier.model.project import Project

NEXT_APP = {
    "name": "shop",
    "scripts": {"build": "next build"},
    "dependencies": {"next": "15.1.0", "react": "19.0.0"},
}


@dataclass
class Repo:
    """A folder, usually under git, and a private place for what intake copies."""

    top: Path
    workdir: Path
    environ: dict[str, str] = field(default_factory=dict)

    def git(self, *args: str) -> str:
        command = ["git", "-c", "user.email=a@example.org", "-c", "user.name=A", *args]
        done = subprocess.run(
            command, cwd=self.top, env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout

    def write(self, files: Mapping[str, str | bytes | dict[str, Any]]) -> None:
        for path, content in files.items():
            place = self.top / path
            place.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(content) if isinstance(content, dict) else content
            place.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, files: Mapping[str, str | bytes | dict[str, Any]] | None = None) -> str:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD").strip()

    def read(self, below: str = "", **options: Any) -> Project:
        return read_project(
            self.top / below,
            options=IntakeOptions(**options),
            environ=self.environ,
            workdir=self.workdir,
        )


def new_repo(tmp_path: Path, *, git: bool = True) -> Repo:
    """An empty folder `app`, under git unless told otherwise, with a home of its own."""
    home = tmp_path / "home"
    top = tmp_path / "app"
    for folder in (home, top):
        folder.mkdir(parents=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    repo = Repo(top=top, workdir=tmp_path / "work", environ=environ)
    if git:
        repo.git("init", "-q", "-b", "main")
    return repo

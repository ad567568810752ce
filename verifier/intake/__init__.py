"""Folder in, `Project` out.

Importing this package is cheap; parsers and grammars load when a project is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from verifier.intake.options import IntakeOptions
from verifier.model.project import Project

__all__ = ["IntakeOptions", "read_project"]


def read_project(
    path: Path, *, options: IntakeOptions, environ: Mapping[str, str], workdir: Path
) -> Project:
    """Everything that decides the deployment of the project in a folder.

    environ: where HOME and PATH come from. workdir: a private folder for copies of the project's
    files, which the returned snapshots read from; it must outlive them.

    Raises:
        ProjectError: the folder cannot be read as a project.

    """
    from verifier.intake.project import assemble  # noqa: PLC0415  (keeps the import cheap)

    return assemble(path, options=options, environ=environ, workdir=workdir)

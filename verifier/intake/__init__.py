"""Folder in, `Project` out.

Importing this package is cheap; parsers and grammars load when a project is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from verifier.intake.options import IntakeOptions
from verifier.model.project import Project
from verifier.model.source import SourceTree

__all__ = ["IntakeOptions", "read_project", "with_code", "with_committed"]


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


def with_committed(project: Project, tree: SourceTree) -> Project:
    """The project as it is once git delivers another tree; what is known of its disk stays.

    What the platform selects from is read anew: manifests, lockfiles, `vercel.json`, ignore
    rules and dotenv files. The facts of the code are the old tree's.

    Raises:
        ProjectError: the application's own package.json is not valid in that tree.

    """
    from verifier.intake.project import read_again  # noqa: PLC0415  (as above)

    return read_again(project, tree)


def with_code(project: Project, tree: SourceTree) -> Project:
    """The project with the facts of the code that a tree holds in place of the committed code's."""
    from verifier.intake.code import read_code  # noqa: PLC0415  (as above)

    code = read_code(
        tree, root=project.root, framework=project.framework, manifests=project.manifests
    )
    return replace(project, code=code)

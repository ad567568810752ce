"""A green build whose output is not what it should be, since a configuration file is missing.

What it detects:
    Client code that calls `React.createElement` although nothing binds React, or styles that still
    hold directives of Tailwind, in a build that had no configuration of its bundler or of PostCSS.

Why it breaks the deployment:
    Bundlers build without their configuration too, and without its plug-ins. JSX then becomes calls
    of a React that no module imports: the page stays blank. Styles are copied as they are: the page
    has no design. Both builds are green.

Example:
    `.gitignore:5: vite.config.*`; the page throws `React is not defined`.

Remedy:
    Let the configuration through and commit it.

Sources:
    Vite documentation, config and JSX; Tailwind CSS documentation, installation, seen 2026-11.

"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import changes_of, failed, rooted, seen_in
from verifier.detectors._edits import writing
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect
from verifier.model.project import Project

ID: Final = "configuration-not-delivered"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The build lacked a configuration file, and its output shows it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Residue:
    """What is left in the output where a plug-in did not work.

    packages: with none of them declared the text means nothing. configs: files whose absence
    explains it, as the start of their names.
    """

    text: str
    said: str
    packages: tuple[str, ...]
    configs: tuple[str, ...]


_RESIDUES: Final = (
    _Residue(
        text="React.createElement(",
        said="calls React.createElement, and nothing there is called React",
        packages=("@vitejs/plugin-react", "@vitejs/plugin-react-swc"),
        configs=("vite.config.",),
    ),
    _Residue(
        text="@tailwind utilities",
        said="still holds directives of Tailwind, so no style was made",
        packages=("tailwindcss",),
        configs=("vite.config.", "postcss.config.", ".postcssrc"),
    ),
)
_PLUGINS: Final = (
    ("@vitejs/plugin-react", "react"),
    ("@vitejs/plugin-react-swc", "react"),
    ("@tailwindcss/vite", "tailwindcss"),
)
_POSTCSS: Final = ("@tailwindcss/postcss", "tailwindcss")


def markers(project: Project) -> Mapping[str, str]:
    """The residues to look for, where the project has what would have removed them."""
    if project.framework != "vite" and not _declares(project, ("vite",)):
        return {}
    return {f"text:{r.text}": r.text for r in _RESIDUES if _declares(project, r.packages)}


def _declares(project: Project, names: tuple[str, ...]) -> bool:
    return any(m.declares(n) for m in project.manifests for n in names)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per missing configuration whose lack the output shows."""
    if failed(evidence):
        return ()
    found: dict[str, Finding] = {}
    for residue in _RESIDUES:
        files = evidence.observation.text_hits.get(f"text:{residue.text}", ())
        if files and _declares(evidence.project, residue.packages):
            for made in _findings(evidence, residue, files):
                found.setdefault(made.subject, made)
    return tuple(found.values())


def _findings(evidence: Evidence, residue: _Residue, files: tuple[str, ...]) -> Iterator[Finding]:
    if any(_is_config(p, evidence.project, residue.configs) for p in evidence.recipe.source):
        return
    item = seen_in(files[0], residue.said)
    hidden = [
        c
        for c in changes_of(evidence, "file")
        if c.id not in evidence.key.changes
        and _is_config(c.subject, evidence.project, residue.configs)
    ]
    away = [
        c
        for c in changes_of(evidence, "file")
        if _is_config(c.subject, evidence.project, residue.configs)
    ]
    if away:
        subject = away[0].subject
        yield accusation(
            ID,
            PATTERN,
            subject,
            summary=f"{subject} does not reach the platform, and the output {residue.said}",
            items=(item, seen_in(subject, away[0].title)),
            places=(Location(file=subject),),
            suspects=tuple(Suspect(change_id=c.id, weight=0.9) for c in hidden or away),
        )
        return
    made = _default(evidence, residue)
    if made is not None:
        yield accusation(
            ID,
            PATTERN,
            made.subject,
            summary=f"there is no {made.subject}, and the output {residue.said}",
            items=(item,),
            weight=0.8,
            places=(Location(file=made.subject),),
            remedies=(made,),
        )


def _is_config(path: str, project: Project, starts: tuple[str, ...]) -> bool:
    folder, _, name = path.rpartition("/")
    return folder in {project.root, ""} and name.startswith(starts)


def _default(evidence: Evidence, residue: _Residue) -> Change | None:
    """The configuration that the declared packages ask for, where nobody has one on disk."""
    project = evidence.project
    plugins = [(p, name) for p, name in _PLUGINS if _declares(project, (p,))]
    if residue.configs[0] == "vite.config." and plugins:
        path = rooted(project, "vite.config.js")
        text = _vite_config(plugins)
    elif _declares(project, (_POSTCSS[0],)):
        path = rooted(project, "postcss.config.mjs")
        text = f'export default {{\n  plugins: {{ "{_POSTCSS[0]}": {{}} }},\n}};\n'
    else:
        return None
    return remedy(
        ID,
        PATTERN,
        path,
        summary=f"Commit {path}, which names the plug-ins that package.json declares",
        repair=writing(path, text),
        stands_for="missing, so that no plug-in works",
        places=(Location(file=path),),
    )


def _vite_config(plugins: list[tuple[str, str]]) -> str:
    named = {name: package for package, name in plugins}
    lines = [f'import {name} from "{package}";' for name, package in sorted(named.items())]
    lines.append('import { defineConfig } from "vite";')
    calls = ", ".join(f"{name}()" for name in sorted(named))
    return "\n".join([*lines, "", f"export default defineConfig({{ plugins: [{calls}] }});", ""])

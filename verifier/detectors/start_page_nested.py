"""The start page lies in a folder of the output, so that the site's own address is answered 404.

What it detects:
    A green build whose output answers `/` with 404, and that holds in one of its folders a start
    page which asks for its scripts from the root: that folder was meant to be the output.

Why it breaks the deployment:
    The platform publishes the output directory as it is. A bundler that writes one level deeper
    leaves something in the directory, so the build is green, and every visitor gets 404.

Example:
    `build.outDir: "dist/client"` in vite.config.ts, while the platform publishes `dist`.

Remedy:
    Set `outputDirectory` to the folder that holds the start page. A build that also makes a server
    bundle needs that server, so nothing is proposed for it.

Sources:
    `@vercel/static-build` copies the output directory without looking for a page, seen 2026-11-25.

"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed, vercel_config
from verifier.detectors._client import hits
from verifier.detectors._clues import rooted
from verifier.detectors._configs import setting
from verifier.detectors._vercel_json import configuring
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern, Severity
from verifier.model.project import Project
from verifier.vercel.frameworks import preset
from verifier.vercel.routing import Kind, answer

ID: Final = "start-page-nested"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "The start page lies in a folder of the output"

_KEY: Final = "outputDirectory"
_FOLDERS: Final = ("assets", "static", "_astro", "js", "_app")
"""Where bundlers put the scripts that a start page asks for."""
_PAGE: Final = re.compile(r"^static/(?P<folder>.+)/index\.html$")
_SERVER: Final = re.compile(r"--ssr\b|\bbuild:(?:ssr|server)\b")


def markers(_project: Project) -> Mapping[str, str]:
    """How a start page names scripts that it expects at the root of the site."""
    return {f"text:{text}": text for text in map(_reference, _FOLDERS)}


def _reference(folder: str) -> str:
    return f'="/{folder}/'


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where one folder of the output alone is a whole site of its own."""
    of = deployed(evidence)
    if of is None or evidence.observation.output.functions:
        return ()
    if answer(of, "/").kind is not Kind.NOT_FOUND:
        return ()
    found = dict.fromkeys(_whole_sites(evidence))
    if len(found) != 1:
        return ()
    (folder,) = found
    return (_finding(evidence, folder),)


def _whole_sites(evidence: Evidence) -> Iterator[str]:
    """Folders of the output whose start page finds its scripts only if they are the root."""
    paths = [f.path for f in evidence.observation.output.files]
    for path in paths:
        page = _PAGE.match(path)
        if page is None:
            continue
        for folder in _FOLDERS:
            asks = path in hits(evidence, _reference(folder))
            here = any(p.startswith(f"static/{page['folder']}/{folder}/") for p in paths)
            if asks and here and not any(p.startswith(f"static/{folder}/") for p in paths):
                yield page["folder"]


def _finding(evidence: Evidence, folder: str) -> Finding:
    published, path = _published(evidence), rooted(evidence.project, "vercel.json")
    manifest = evidence.project.manifest
    scripts = {} if manifest is None else manifest.scripts
    server = next((n for n, text in scripts.items() if _SERVER.search(text)), None)
    items = [
        EvidenceItem(
            kind=EvidenceKind.PROBE,
            text="the routing table of the output answers / with 404 NOT_FOUND",
            run_id=evidence.observation.run_id,
        ),
        EvidenceItem(
            kind=EvidenceKind.PROBE,
            text=f"{folder}/index.html asks for its scripts from the root of the site",
            run_id=evidence.observation.run_id,
        ),
    ]
    summary = f"/ is answered with 404: the start page lies in {folder!r} of the output"
    if server is not None or published is None:
        why = "; the script {!r} makes a server too, which the platform does not start"
        return accusation(
            ID,
            PATTERN,
            _KEY,
            summary=summary + (why.format(server) if server is not None else ""),
            items=items,
            severity=Severity.WARNING,
        )
    directory = posixpath.normpath(posixpath.join(published, folder))
    return accusation(
        ID,
        PATTERN,
        _KEY,
        summary=summary,
        items=items,
        weight=0.9,
        places=(_written_at(evidence), Location(file=path)),
        remedies=(
            remedy(
                ID,
                PATTERN,
                _KEY,
                summary=f'Set "{_KEY}": "{directory}" in {path}',
                repair=configuring(path, _KEY, directory),
                stands_for=f"taken to be {published!r}",
                places=(Location(file=path),),
            ),
        ),
    )


def _written_at(evidence: Evidence) -> Location | None:
    found = setting(evidence, "vite.config", "outDir") or setting(
        evidence, "astro.config", "outDir"
    )
    return None if found is None else Location(file=found.file, line=found.line)


def _published(evidence: Evidence) -> str | None:
    """The directory that the platform publishes, None where its builder decides by itself."""
    settings = evidence.recipe.environment.settings
    written = vercel_config(evidence).get(_KEY)
    if isinstance(written, str):
        return written
    if settings.output_directory is not None:
        return settings.output_directory
    known = preset(evidence.project.framework)
    return None if known is None else known.output

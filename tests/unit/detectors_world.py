"""Builds the evidence of a trial from a handful of files, for the tests of detectors."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from verifier.model.change import Change
from verifier.model.environment import (
    Driver,
    Environment,
    Manager,
    ManagerChoice,
    Origin,
    Settings,
    Variable,
)
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding
from verifier.model.observation import ErrorBlock, Observation
from verifier.model.outcome import FailureSignature, Stage, failed, passed
from verifier.model.project import (
    CodeFacts,
    EnvFile,
    EnvRead,
    GitState,
    ImportRef,
    LocalMachine,
    Lockfile,
    Manifest,
    Project,
)
from verifier.model.recipe import Recipe
from verifier.model.run import Output
from verifier.model.secret import Secret
from verifier.model.source import FileEntry, SourceTree
from verifier.model.trial import TrialKey, World

ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", "/index.ts", "/index.tsx", "/index.js")
IMPORT = re.compile(
    r"""(?P<type>import\s+type\s)?(?:from\s+|import\s*\(?\s*|require\(\s*)['"](?P<spec>[^'"]+)['"]"""
)
ENV = re.compile(
    r"(?P<form>process\.env|import\.meta\.env)\.(?P<name>[A-Z]\w*)"
    r"""(?:\s*(?:\|\||\?\?)\s*['"](?P<fallback>[^'"]*)['"])?"""
)
CODE = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue", ".svelte")


class Memory:
    """A content store in memory."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self.held[digest]


def tree(files: Mapping[str, str]) -> SourceTree:
    """A source tree of text files."""
    store = Memory()
    entries = {}
    for path, text in files.items():
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        store.held[digest] = content
        entries[path] = FileEntry(digest=digest, size_bytes=len(content))
    return SourceTree(entries=entries, store=store)


def _resolve(files: Mapping[str, str], file: str, spec: str, root: str) -> str | None:
    if spec.startswith("@/"):
        bases = [posixpath.join(root, "src", spec[2:]), posixpath.join(root, spec[2:])]
    elif spec.startswith("."):
        bases = [posixpath.normpath(posixpath.join(posixpath.dirname(file), spec))]
    else:
        return None
    return next((b + e for b in bases for e in ENDINGS if b + e in files), None)


def facts(files: Mapping[str, str], root: str = "") -> CodeFacts:
    """Imports and reads of variables, found line by line."""
    imports: list[ImportRef] = []
    reads: list[EnvRead] = []
    unresolved: list[ImportRef] = []
    sources = {p: t for p, t in files.items() if p.endswith(CODE)}
    for path, text in sources.items():
        client = "use client" in text or "import.meta.env" in text
        depth = 0
        for number, line in enumerate(text.split("\n"), start=1):
            at_load = depth == 0 and "=>" not in line
            depth += line.count("{") - line.count("}")
            for match in IMPORT.finditer(line):
                spec = match["spec"]
                aliased = spec.startswith((".", "@/"))
                ref = ImportRef(
                    file=path,
                    line=number,
                    specifier=spec,
                    resolved=_resolve(files, path, spec, root),
                    package=None if aliased else _package(spec),
                    type_only=match["type"] is not None,
                )
                imports.append(ref)
                if aliased and ref.resolved is None:
                    unresolved.append(ref)
            reads.extend(
                EnvRead(
                    name=match["name"],
                    file=path,
                    line=number,
                    form=match["form"],
                    fallback=match["fallback"],
                    module_scope=at_load,
                    client=client,
                )
                for match in ENV.finditer(line)
            )
    return CodeFacts(
        env_reads=tuple(reads),
        imports=tuple(imports),
        reachable=frozenset(sources),
        unresolved=tuple(unresolved),
    )


def _package(spec: str) -> str:
    parts = spec.split("/")
    return "/".join(parts[:2]) if spec.startswith("@") else parts[0]


def _manifests(files: Mapping[str, str]) -> tuple[Manifest, ...]:
    found = []
    for path, text in files.items():
        if path.rsplit("/", 1)[-1] != "package.json":
            continue
        raw = json.loads(text)
        found.append(
            Manifest(
                path=path,
                name=raw.get("name", ""),
                scripts=raw.get("scripts", {}),
                dependencies=raw.get("dependencies", {}),
                dev_dependencies=raw.get("devDependencies", {}),
                peer_dependencies=raw.get("peerDependencies", {}),
                engines=raw.get("engines", {}),
                package_manager=raw.get("packageManager"),
                raw=raw,
            )
        )
    return tuple(found)


def change(change_id: str, **more: object) -> Change:
    """A factor as the plan would offer it; it changes nothing when applied."""
    family, _, subject = change_id.partition(":")
    made = Change(
        id=change_id,
        family=family,
        subject=subject,
        title=change_id,
        pattern="environment-variable-collapse",
        first_stage=Stage.COMPILE,
        repair=lambda recipe: recipe,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # tests pass fields of Change


@dataclass(frozen=True, kw_only=True)
class Case:
    """A project, what a trial of it said, and what is known beside."""

    files: Mapping[str, str]
    log: Sequence[str] = ()
    stage: Stage | None = None
    """Stage of the failure; None for a trial that passed."""
    error_class: str = "unclassified"
    subject: str = ""
    variables: Mapping[str, str | None] = field(default_factory=dict)
    """Of the production scope; None is declared with an unknown value."""
    only_local: Mapping[str, str] = field(default_factory=dict)
    """Files that exist on the developer's disk only."""
    local: bool = True
    changes: Sequence[str] = ()
    framework: str | None = "nextjs"
    framework_version: str | None = "15.5.0"
    settings: Settings = Settings()
    manager: Manager = Manager.NPM
    manager_major: int | None = None
    node_major: int = 24
    git: GitState | None = None
    lockfiles: tuple[Lockfile, ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    other_scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    machine: LocalMachine = LocalMachine(has_evidence=True)
    vercelignore: tuple[str, ...] = ()
    root: str = ""
    monorepo: str | None = None
    output: Output = Output()
    text_hits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    installed: Mapping[str, str] = field(default_factory=dict)
    collected: Mapping[str, str] = field(default_factory=dict)
    local_passes: bool = True

    def project(self) -> Project:
        """The project as intake would describe it."""
        working = {**self.files, **self.only_local}
        path = f"{self.root}/vercel.json" if self.root else "vercel.json"
        config = json.loads(self.files[path]) if path in self.files else None
        committed = tree(self.files)
        return Project(
            name="sample",
            root=self.root,
            framework=self.framework,
            framework_version=self.framework_version,
            settings=self.settings,
            settings_known=True,
            git=self.git,
            manifests=_manifests(self.files),
            lockfiles=self.lockfiles,
            env_files=self.env_files,
            production=(),
            production_file=".vercel/.env.production.local",
            other_scopes=self.other_scopes,
            committed=committed,
            working=tree(working),
            upload=committed,
            vercelignore=self.vercelignore,
            vercel_json=config,
            vercel_json_path=path if config is not None else None,
            code=facts(self.files, self.root),
            local_code=facts(working, self.root),
            machine=self.machine,
            monorepo=self.monorepo,
        )

    def evidence(self) -> Evidence:
        """The evidence of the clean trial."""
        project = self.project()
        variables = tuple(
            Variable(
                name=name,
                value=None if value is None else Secret(value),
                origin=Origin.PRODUCTION,
            )
            for name, value in sorted(self.variables.items())
        )
        environment = Environment(
            name="clean",
            driver=Driver.PLATFORM,
            node_major=self.node_major,
            manager=ManagerChoice(manager=self.manager, major=self.manager_major),
            variables=variables,
            settings=self.settings,
        )
        clean = Recipe(source=project.committed, environment=environment)
        local = Recipe(
            source=project.working,
            environment=replace(
                environment, name="local", driver=Driver.SCRIPT, build_script="npm run build"
            ),
        )
        lines = tuple(self.log)
        signature = (
            None
            if self.stage is None
            else FailureSignature(
                stage=self.stage,
                error_class=self.error_class,
                subject=self.subject,
                line=lines[0] if lines else "",
            )
        )
        blocks = (
            ()
            if signature is None or not lines
            else (ErrorBlock(first_line=0, lines=lines, signature=signature),)
        )
        observation = Observation(
            run_id="run-1",
            outcome=passed() if signature is None else failed(signature),
            errors=blocks,
            log=lines,
            output=self.output,
            text_hits=self.text_hits,
            installed=self.installed,
            collected=self.collected,
        )
        return Evidence(
            project=project,
            key=TrialKey(world=World.CLEAN, changes=frozenset()),
            observation=observation,
            recipe=clean,
            clean=clean,
            local=local if self.local else None,
            local_observation=(
                Observation(run_id="run-0", outcome=passed()) if self.local_passes else None
            ),
            changes={name: change(name) for name in self.changes},
        )


def suspects(findings: Sequence[Finding]) -> dict[str, float]:
    """The greatest weight of each suspect."""
    weights: dict[str, float] = {}
    for finding in findings:
        for suspect in finding.suspects:
            weights[suspect.change_id] = max(suspect.weight, weights.get(suspect.change_id, 0.0))
    return weights


def subjects(findings: Sequence[Finding]) -> list[str]:
    """The subjects of findings, sorted."""
    return sorted(f.subject for f in findings)


def repaired(finding: Finding, evidence: Evidence) -> Recipe:
    """The clean recipe with the finding's only remedy applied."""
    (remedy,) = finding.remedies
    assert remedy.repair is not None
    return remedy.repair(evidence.clean)

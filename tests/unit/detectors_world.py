"""Builds the evidence of a trial from a handful of files, for the tests of detectors."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from verifier.intake.code import read_code
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
from verifier.model.observation import Observation
from verifier.model.outcome import Stage, passed
from verifier.model.project import (
    CodeFacts,
    DeletedFiles,
    EnvFile,
    GitState,
    LocalMachine,
    Lockfile,
    Manifest,
    Project,
)
from verifier.model.recipe import Recipe
from verifier.model.run import BuilderError, Output, Run
from verifier.model.secret import Secret
from verifier.model.source import FileEntry, SourceTree
from verifier.model.trial import TrialKey, World
from verifier.observe import observe


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
    fails: bool = True
    code: str = "BUILD_UTILS_SPAWN_1"
    message: str = 'Command "npm run build" exited with 1'
    """The error of the platform's own command line, where the build failed."""
    variables: Mapping[str, str | None] = field(default_factory=dict)
    """Of the production scope; None is declared with an unknown value."""
    only_local: Mapping[str, str] = field(default_factory=dict)
    """Files that exist on the developer's disk only."""
    removed: Mapping[str, str] = field(default_factory=dict)
    """Committed files that `.vercelignore` takes out of the clean source."""
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
    deleted: Mapping[str, str] = field(default_factory=dict)
    """Files that a commit deleted."""

    def project(self) -> Project:
        """The project as intake would describe it."""
        working = {**self.files, **self.removed, **self.only_local}
        path = f"{self.root}/vercel.json" if self.root else "vercel.json"
        try:
            config = json.loads(self.files[path]) if path in self.files else None
        except ValueError:
            config = None
        committed = tree({**self.files, **self.removed})
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
            code=read(self.files, self.framework, self.root),
            local_code=read(working, self.framework, self.root),
            machine=self.machine,
            monorepo=self.monorepo,
            deleted=DeletedFiles(
                tree=tree(self.deleted), commits=dict.fromkeys(self.deleted, "abc123def456")
            )
            if self.deleted
            else None,
        )

    def _observation(self) -> Observation:
        """What the observer makes of the run."""
        with tempfile.TemporaryDirectory() as folder:
            log_path = Path(folder) / "log"
            log_path.write_text("\n".join(self.log) + "\n")
            run = Run(
                id="run-1",
                label="clean",
                recipe_digest="",
                driver="platform",
                steps=(),
                log_path=log_path,
                exit_code=1 if self.fails else 0,
                builder_error=(
                    BuilderError(code=self.code, message=self.message) if self.fails else None
                ),
                output=self.output,
                installed=self.installed,
                collected=self.collected,
                text_hits=self.text_hits,
            )
            return observe(run)

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
        clean = Recipe(source=tree(self.files), environment=environment)
        local = Recipe(
            source=project.working,
            environment=replace(
                environment, name="local", driver=Driver.SCRIPT, build_script="npm run build"
            ),
        )
        observation = self._observation()
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


def read(files: Mapping[str, str], framework: str | None, root: str) -> CodeFacts:
    """What intake reads from the code."""
    return read_code(tree(files), root=root, framework=framework, manifests=_manifests(files))


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

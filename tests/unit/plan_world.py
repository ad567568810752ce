"""Builds a project from two handfuls of files, for the tests of plans and factors."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from verifier.factors import all_changes
from verifier.model.change import Change
from verifier.model.environment import Settings
from verifier.model.project import (
    CaseDifference,
    CodeFacts,
    EnvEntry,
    EnvRead,
    GitState,
    IgnoredPath,
    ImportRef,
    LocalMachine,
    Lockfile,
    Manifest,
    Problem,
    Project,
)
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.model.source import FileEntry, FileKind, SourceTree
from verifier.plan import LocalMode, Plan, PlanOptions, make_plan

TODAY = date(2026, 11, 23)
PACKAGE = '{\n  "name": "app",\n  "scripts": {\n    "build": "next build"\n  }\n}\n'
_SECRET = re.compile(r"(^|/)(\.env($|\.)|\.npmrc$)")


class Memory:
    """A content store in memory."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self.held[digest]

    def put(self, content: bytes, salt: str = "") -> str:
        digest = hashlib.sha256(salt.encode() + content).hexdigest()
        self.held[digest] = content
        return digest


def tree(files: Mapping[str, str], store: Memory, *, hidden: bool = False) -> SourceTree:
    """A snapshot of text files; hidden: dotenv files and the like hold secrets."""
    entries = {}
    for path, text in files.items():
        secret = hidden and bool(_SECRET.search(path))
        content = text.encode()
        entries[path] = FileEntry(
            digest=store.put(content, "salt" if secret else ""),
            size_bytes=len(content),
            secret=secret,
            kind=FileKind.GITLINK if text == "<gitlink>" else FileKind.FILE,
        )
    return SourceTree(entries=entries, store=store)


def manifest(path: str, text: str) -> Manifest:
    """A package.json as intake reads it."""
    raw = json.loads(text)
    return Manifest(
        path=path,
        name=raw.get("name", ""),
        scripts=raw.get("scripts", {}),
        dependencies=raw.get("dependencies", {}),
        dev_dependencies=raw.get("devDependencies", {}),
        engines=raw.get("engines", {}),
        package_manager=raw.get("packageManager"),
        raw=raw,
    )


def reads(*rows: tuple[str, str, int], **facts: Any) -> tuple[EnvRead, ...]:
    """Reads of variables: name, file and line."""
    return tuple(
        EnvRead(name=n, file=f, line=at, form=facts.get("form", "process.env"), **{
            k: v for k, v in facts.items() if k != "form"
        })
        for n, f, at in rows
    )  # fmt: skip


def imports(file: str, *packages: str) -> tuple[ImportRef, ...]:
    """Imports of packages by one file."""
    return tuple(
        ImportRef(file=file, line=n, specifier=p, package=p) for n, p in enumerate(packages, 1)
    )


@dataclass(frozen=True, kw_only=True)
class World:
    """A project in the making: committed files, and what differs on disk (None deletes)."""

    committed: Mapping[str, str] = field(default_factory=dict)
    disk: Mapping[str, str | None] = field(default_factory=dict)
    root: str = ""
    framework: str | None = "nextjs"
    settings: Settings = Settings(created_at_ms=1_790_000_000_000)
    production: Mapping[str, str | None] | None = None
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    env_reads: tuple[EnvRead, ...] = ()
    imports: tuple[ImportRef, ...] = ()
    reachable: frozenset[str] = frozenset()
    unresolved: tuple[ImportRef, ...] = ()
    lockfiles: tuple[Lockfile, ...] = ()
    machine: LocalMachine = LocalMachine(has_evidence=True, node_version="v24.1.0")
    ignored: tuple[IgnoredPath, ...] = ()
    cases: tuple[CaseDifference, ...] = ()
    submodules: tuple[str, ...] = ()
    vercelignore: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    def project(self) -> Project:
        """The project as intake would give it."""
        store = Memory()
        home = f"{self.root}/package.json" if self.root else "package.json"
        committed = {home: PACKAGE, **self.committed}
        on_disk = {k: v for k, v in {**committed, **self.disk}.items() if v is not None}
        code = CodeFacts(
            env_reads=self.env_reads,
            imports=self.imports,
            reachable=self.reachable,
            unresolved=self.unresolved,
        )
        values = self.production
        vercel_json = f"{self.root}/vercel.json" if self.root else "vercel.json"
        return Project(
            name="app",
            root=self.root,
            framework=self.framework,
            framework_version=None,
            settings=self.settings,
            settings_known=True,
            git=GitState(
                head="0" * 40,
                branch="main",
                ignored=self.ignored,
                case_differences=self.cases,
                submodules=self.submodules,
            ),
            manifests=tuple(
                manifest(p, t) for p, t in committed.items() if p.endswith("package.json")
            ),
            lockfiles=self.lockfiles,
            env_files=(),
            production=None
            if values is None
            else tuple(
                EnvEntry(name=n, value=None if v is None else Secret(v), line=at)
                for at, (n, v) in enumerate(values.items(), 2)
            ),
            production_file=".vercel/.env.production.local",
            other_scopes=self.scopes,
            committed=tree(committed, store),
            working=tree(on_disk, store, hidden=True),
            upload=tree(on_disk, store, hidden=True),
            vercelignore=self.vercelignore,
            vercel_json=json.loads(committed.get(vercel_json, "{}")),
            vercel_json_path=vercel_json if vercel_json in committed else None,
            code=code,
            local_code=code,
            machine=self.machine,
            problems=self.problems,
            config=self.config,
        )

    def plan(self, **options: Any) -> Plan:
        """The plan of the project."""
        return make_plan(self.project(), today=TODAY, options=PlanOptions(**options))

    def sides(self, **options: Any) -> tuple[Recipe, Recipe | None, dict[str, Change]]:
        """Both recipes and the changes between them, by id."""
        plan = self.plan(**options)
        found = all_changes(self.project(), plan.clean, plan.local)
        return plan.clean, plan.local, {c.id: c for c in found}

    def changes(self, family: str) -> dict[str, Change]:
        """The changes of one family, by id."""
        return {i: c for i, c in self.sides()[2].items() if c.family == family}

    def alone(self) -> dict[str, Change]:
        """The changes where no local side is known."""
        return self.sides(local=LocalMode.NONE)[2]


def repaired(change: Change, recipe: Recipe) -> Recipe:
    """The recipe with a change made good."""
    assert change.repair is not None
    return change.repair(recipe)


def broken(change: Change, recipe: Recipe | None) -> Recipe:
    """The local recipe with a change broken."""
    assert change.break_local is not None
    assert recipe is not None
    return change.break_local(recipe)


def revealed(recipe: Recipe, name: str) -> str | None:
    """The value of a variable of the process."""
    variable = recipe.environment.variable(name)
    return None if variable is None or variable.value is None else variable.value.reveal()

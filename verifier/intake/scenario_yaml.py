"""Reads `scenario.yaml` into a frozen `Scenario`; refuses unknown keys and unknown words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

import yaml

from verifier.errors import ProjectError
from verifier.model.environment import Manager
from verifier.model.finding import Location, Pattern
from verifier.model.outcome import Stage, UnresolvedReason
from verifier.model.scenario import (
    CaseRename,
    Expectation,
    ExpectedCause,
    LocalSide,
    Repair,
    Scenario,
)
from verifier.model.verdict import Verdict

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


def load_scenario(folder: Path) -> Scenario:
    """Return the scenario of a folder; raises `ProjectError` naming file and key."""
    file = folder / "scenario.yaml"
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"{file}: cannot be read as YAML: {error}") from error
    top = _Keys(document, str(file))
    local = _Keys(top.need("local", dict), f"{file}: local")
    platform = _Keys(top.maybe("platform", dict) or {}, f"{file}: platform")
    scenario = Scenario(
        id=top.need("id", str),
        folder=folder,
        title=top.need("title", str),
        pattern=top.word("pattern", Pattern),
        story=top.need("story", str).strip(),
        local=_local(local),
        expect=_expectation(_Keys(top.need("expect", dict), f"{file}: expect")),
        root=platform.maybe("root_directory", str) or "",
        submodules=top.strings("submodules"),
        fix=_repair(top, "fix", file),
        neighbour=_repair(top, "neighbour", file),
        live=top.maybe("live", bool) or False,
        network_needs=top.strings("network_needs"),
        generator=top.maybe("generator", str) or "",
    )
    platform.maybe("created_at", object)
    platform.finish()
    top.finish()
    if scenario.id != folder.resolve().name:
        raise ProjectError(f"{file}: id {scenario.id!r} is not the name of its folder")
    return scenario


class _Keys:
    """The keys of one mapping, taken one by one so that none is overlooked."""

    def __init__(self, document: object, where: str) -> None:
        if not isinstance(document, dict) or not all(isinstance(k, str) for k in document):
            raise ProjectError(f"{where}: must be a mapping with text keys")
        self._left: dict[str, object] = dict(document)
        self._where = where

    def need(self, key: str, kind: type[T]) -> T:
        """The value of a key, which must be there and of the given type."""
        value = self.maybe(key, kind)
        if value is None:
            raise ProjectError(f"{self._where}: {key!r} is missing")
        return value

    def maybe(self, key: str, kind: type[T]) -> T | None:
        """The value of a key, None where it is missing or null."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, kind):
            raise ProjectError(f"{self._where}: {key!r} must be of type {kind.__name__}")
        return value

    def word(self, key: str, kind: type[E]) -> E:
        """The value of a key as a member of a closed set, by its value."""
        return self._member(key, self.need(key, str), kind)

    def words(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """One word or a list of words, as members of a closed set."""
        return tuple(self._member(key, word, kind) for word in self.strings(key))

    def strings(self, key: str) -> tuple[str, ...]:
        """One text or a list of texts; nothing gives an empty tuple."""
        value: object = self.maybe(key, object)
        listed = [] if value is None else value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in listed):
            raise ProjectError(f"{self._where}: {key!r} must hold texts only")
        return tuple(listed)

    def texts(self, key: str) -> Mapping[str, str | None]:
        """A mapping from text to text or null."""
        value: dict[object, object] = self.maybe(key, dict) or {}
        found: dict[str, str | None] = {}
        for name, text in value.items():
            if not isinstance(name, str) or not (text is None or isinstance(text, str)):
                raise ProjectError(f"{self._where}: {key!r} must map texts to texts")
            found[name] = text
        return found

    def each(self, key: str, read: Callable[[_Keys], T]) -> tuple[T, ...]:
        """A list of mappings, each read by the given function."""
        value: list[object] = self.maybe(key, list) or []
        return tuple(read(_Keys(v, f"{self._where}.{key}[{i}]")) for i, v in enumerate(value))

    def finish(self) -> None:
        """Refuse keys that nobody took."""
        if self._left:
            raise ProjectError(f"{self._where}: unknown keys {sorted(self._left)}")

    def _member(self, key: str, word: str, kind: type[E]) -> E:
        for member in kind:
            if word in (member.value, member.name.lower()):
                return member
        raise ProjectError(f"{self._where}: {key!r} has the unknown word {word!r}")


def _local(keys: _Keys) -> LocalSide:
    renames: list[object] = keys.maybe("case_rename", list) or []
    local = LocalSide(
        present=keys.need("present", bool),
        node=keys.maybe("node", int) or 24,
        manager=keys.word("manager", Manager),
        manager_version=keys.maybe("manager_version", str),
        install_command=keys.maybe("install_command", str) or "npm install",
        installed=keys.maybe("installed", bool) or False,
        steps=keys.strings("steps"),
        outer_packages={k: v or "" for k, v in keys.texts("outer_packages").items()},
        case_renames=tuple(_rename(pair) for pair in renames),
        removed=keys.strings("removed"),
    )
    keys.finish()
    return local


def _rename(pair: object) -> CaseRename:
    match pair:
        case [str(index), str(disk)]:
            return CaseRename(index=index, disk=disk)
        case _:
            raise ProjectError(f"case_rename: {pair!r} is no pair of paths")


def _expectation(keys: _Keys) -> Expectation:
    expectation = Expectation(
        verdicts=frozenset(keys.words("verdict", Verdict)),
        exit_code=keys.need("exit_code", int),
        causes=keys.each("causes", _cause),
        never=keys.strings("never"),
        unresolved=next(iter(keys.words("unresolved", UnresolvedReason)), None),
    )
    keys.finish()
    return expectation


def _cause(keys: _Keys) -> ExpectedCause:
    cause = ExpectedCause(
        patterns=keys.words("pattern", Pattern),
        subjects=keys.strings("subject"),
        stages=keys.words("stage", Stage),
        locations=tuple(_location(text) for text in keys.strings("locations")),
    )
    keys.finish()
    return cause


def _location(text: str) -> Location:
    file, colon, line = text.rpartition(":")
    if colon and line.isdigit():
        return Location(file=file, line=int(line))
    return Location(file=text)


def _repair(top: _Keys, key: str, file: Path) -> Repair | None:
    value: dict[str, object] | None = top.maybe(key, dict)
    if value is None:
        return None
    keys = _Keys(value, f"{file}: {key}")
    repair = Repair(
        patch=keys.maybe("patch", str),
        variables=keys.texts("variables"),
        settings=keys.texts("settings"),
        story=(keys.maybe("story", str) or "").strip(),
    )
    keys.finish()
    return repair

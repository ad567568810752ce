"""The platform's settings of the project, from the pulled file, `verifier.yaml` and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.intake.layout import Layout
from verifier.intake.options import IntakeOptions
from verifier.model.environment import Settings
from verifier.model.project import Manifest
from verifier.model.source import SourceTree
from verifier.vercel.frameworks import detect_framework


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """Settings; `known` is set where a pull from the platform left them."""

    settings: Settings
    known: bool


def read_settings(layout: Layout, options: IntakeOptions, detected: str | None) -> PlatformSettings:
    """The settings in force; what nobody says is the default of an import by the platform.

    Options win over `verifier.yaml`, which wins over the pulled file.
    """
    raw = layout.link.get("settings") if layout.link else None
    pulled = raw if isinstance(raw, dict) else None
    settings = _pulled(pulled) if pulled is not None else Settings(framework=detected)
    config = layout.config
    settings = replace(
        settings,
        framework=options.framework or config.get("framework") or settings.framework,
        node_version=config.get("node_version") or settings.node_version,
        root_directory=layout.missing_root or layout.root or None,
        created_at_ms=_first(
            options.created_at_ms, config.get("created_at_ms"), settings.created_at_ms
        ),
        plan=config.get("plan", settings.plan),
    )
    return PlatformSettings(settings=settings, known=pulled is not None)


def detect(tree: SourceTree, root: str, manifest: Manifest | None) -> str | None:
    """The preset the platform would suggest for the application, None for "Other"."""
    prefix = f"{root}/" if root else ""
    files = [p.removeprefix(prefix) for p in tree if p.startswith(prefix)]
    packages = (
        {*manifest.dependencies, *manifest.dev_dependencies} if manifest is not None else set()
    )

    def mentions(path: str, package: str) -> bool:
        text = tree.text(f"{prefix}{path}") or ""
        return f'"{package}"' in text or f"'{package}'" in text

    return detect_framework(packages, files, mentions)


def effective_framework(settings: Settings, vercel_json: Mapping[str, Any] | None) -> str | None:
    """The preset that counts: `vercel.json` overrides the setting, with null as well.

    Source: vercel CLI, `pickOverrides`, seen 2026-08-03.
    """
    if vercel_json is not None and "framework" in vercel_json and "builds" not in vercel_json:
        value = vercel_json["framework"]
        return value if isinstance(value, str) else None
    return settings.framework


def _pulled(raw: Mapping[str, Any]) -> Settings:
    def text(key: str) -> str | None:
        value = raw.get(key)
        return value if isinstance(value, str) else None

    created = raw.get("createdAt")
    return Settings(
        framework=text("framework"),
        node_version=text("nodeVersion"),
        install_command=text("installCommand"),
        build_command=text("buildCommand"),
        output_directory=text("outputDirectory"),
        dev_command=text("devCommand"),
        created_at_ms=int(created) if isinstance(created, int | float) else None,
    )


def _first(*values: int | None) -> int | None:
    return next((v for v in values if v is not None), None)

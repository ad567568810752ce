"""Packages behind commands, and how the project declares them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.detectors._clues import rooted
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._json_edits import with_key
from verifier.factors._install import is_frozen, loosening
from verifier.model.evidence import Evidence
from verifier.model.recipe import Recipe

_PROVIDERS: Final = {
    "tsc": "typescript",
    "tsserver": "typescript",
    "ng": "@angular/cli",
    "nest": "@nestjs/cli",
    "tailwindcss": "@tailwindcss/cli",
    "run-s": "npm-run-all",
    "run-p": "npm-run-all",
    "sb": "storybook",
    "remix": "@remix-run/dev",
    "react-router": "@react-router/dev",
    "svelte-kit": "@sveltejs/kit",
    "vue-cli-service": "@vue/cli-service",
    "graphql-codegen": "@graphql-codegen/cli",
    "supabase": "supabase",
    "panda": "@pandacss/dev",
    "paraglide-js": "@inlang/paraglide-js",
    "playwright": "@playwright/test",
    "biome": "@biomejs/biome",
    "changeset": "@changesets/cli",
    "drizzle-kit": "drizzle-kit",
    "babel": "@babel/cli",
    "webpack": "webpack-cli",
    "lingui": "@lingui/cli",
    "sentry-cli": "@sentry/cli",
    "expo": "expo",
    "docusaurus": "@docusaurus/core",
    "eleventy": "@11ty/eleventy",
    "craco": "@craco/craco",
    "vocs": "vocs",
    "workbox": "workbox-cli",
    "postcss": "postcss-cli",
    "imagemin": "imagemin-cli",
    "swc": "@swc/cli",
    "ncc": "@vercel/ncc",
    "svgr": "@svgr/cli",
    "formatjs": "@formatjs/cli",
    "redocly": "@redocly/cli",
    "openapi-ts": "@hey-api/openapi-ts",
    "stencil": "@stencil/core",
    "cap": "@capacitor/cli",
    "tsr": "@tanstack/router-cli",
    "qwik": "@builder.io/qwik",
}
"""Commands whose package is named otherwise; every other command is looked for by its name."""
_NOT_FROM_PACKAGES: Final = frozenset(
    {
        "python", "python3", "pip", "pip3", "make", "cmake", "go", "cargo", "ruby", "bundle", "php",
        "composer", "java", "mvn", "docker", "docker-compose", "ffmpeg", "wget", "sudo", "apt",
        "apt-get", "brew", "yum", "psql", "mysql", "redis-cli", "convert", "chromium", "dotnet",
        "hugo", "deno", "bun", "pnpm", "yarn", "npm", "npx", "node", "git", "bash", "zsh", "sh",
        "terraform", "aws", "gcloud", "flutter", "dart", "swift", "zip", "unzip", "jq", "curl",
        "pkg-config", "xcodebuild", "just", "task", "poetry", "uv", "set", "export",
    }
)  # fmt: skip


def provider_of(command: str) -> str | None:
    """The package that brings a command, None for one that no package brings."""
    if not command or "/" in command.lstrip("@") or command in _NOT_FROM_PACKAGES:
        return None
    return _PROVIDERS.get(command, command)


def declaring(
    evidence: Evidence, name: str, wanted: str = "latest", *, field: str = "dependencies"
) -> Callable[[Recipe], Recipe]:
    """A change that declares a package; the install may complete a lockfile that is frozen."""
    path = rooted(evidence.project, "package.json")
    frozen = is_frozen(evidence.project, evidence.clean)
    loose = loosening(evidence.project, evidence.clean) if frozen else in_turn()
    return in_turn(editing(path, lambda text: with_key(text, [field, name], wanted)), loose)


def declared_for_development(evidence: Evidence, name: str) -> bool:
    """Whether a package is declared in devDependencies, and only there."""
    return any(
        name in m.dev_dependencies and name not in m.dependencies
        for m in evidence.project.manifests
    )

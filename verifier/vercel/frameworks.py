"""Framework presets of the platform: how each is recognised and what it assumes.

Source: npm `@vercel/frameworks` 3.34.0, seen 2026-11-23. The order is the platform's: the first
match counts, unless a later match supersedes it. Presets of other languages and experimental
ones are left out but where people meet them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One preset.

    packages: any of these among dependencies or devDependencies. every: all of these as well.
    files: any of these in the application directory. A preset with both kinds matches by either,
    but for `needs_file`, which asks for both.
    build: default build command; output: default output directory, None where the builder
    decides. env_prefix: prefix under which system variables are copied at build time.
    exposed: prefixes of the variables that the framework itself puts into client bundles.
    spa_fallback: the preset serves the index page for unknown paths.
    """

    slug: str
    packages: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    needs_file: bool = False
    supersedes: frozenset[str] = frozenset()
    build: str | None = None
    output: str | None = None
    env_prefix: str | None = None
    exposed: tuple[str, ...] = ()
    spa_fallback: bool = False


def _entries(*stems: str) -> tuple[str, ...]:
    kinds = ("cjs", "js", "mjs", "mts", "ts", "cts")
    return tuple(f"{folder}{s}.{k}" for s in stems for folder in ("", "src/") for k in kinds)


_VITE: Final = frozenset({"vite"})
_NODE: Final = frozenset({"node"})
_SERVER: Final = _entries("app", "index", "server")

FRAMEWORKS: Final[tuple[Framework, ...]] = (
    Framework(
        slug="blitzjs",
        files=("blitz.config.js", "blitz.config.ts"),
        build="blitz build",
        env_prefix="NEXT_PUBLIC_",
        exposed=("NEXT_PUBLIC_",),
    ),
    Framework(
        slug="nextjs",
        packages=("next",),
        build="next build",
        env_prefix="NEXT_PUBLIC_",
        exposed=("NEXT_PUBLIC_",),
    ),
    Framework(
        slug="gatsby",
        packages=("gatsby",),
        build="gatsby build",
        output="public",
        env_prefix="GATSBY_",
        exposed=("GATSBY_",),
    ),
    Framework(
        slug="remix",
        packages=("@remix-run/dev",),
        files=("remix.config.js", "remix.config.mjs"),
        supersedes=frozenset({"hydrogen", "vite", "node"}),
        build="remix build",
        output="public",
        exposed=("VITE_",),
    ),
    Framework(
        slug="react-router",
        packages=("@react-router/dev",),
        files=("react-router.config.js", "react-router.config.ts"),
        supersedes=frozenset({"hydrogen", "vite", "node"}),
        build="react-router build",
        output="build",
        exposed=("VITE_",),
    ),
    Framework(
        slug="astro",
        packages=("astro",),
        build="astro build",
        output="dist",
        env_prefix="PUBLIC_",
        exposed=("PUBLIC_",),
    ),
    Framework(slug="hexo", packages=("hexo",), build="hexo generate", output="public"),
    Framework(
        slug="eleventy", packages=("@11ty/eleventy",), build="npx @11ty/eleventy", output="_site"
    ),
    Framework(
        slug="docusaurus-2",
        packages=("@docusaurus/core",),
        build="docusaurus build",
        output="build",
    ),
    Framework(
        slug="docusaurus", packages=("docusaurus",), build="docusaurus-build", output="build"
    ),
    Framework(
        slug="preact",
        packages=("preact-cli",),
        build="preact build",
        output="build",
        spa_fallback=True,
    ),
    Framework(
        slug="solidstart-1",
        every=("solid-js", "@solidjs/start"),
        build="vinxi build",
        output=".output",
        env_prefix="VITE_",
        exposed=("VITE_",),
    ),
    Framework(
        slug="solidstart",
        every=("solid-js", "solid-start"),
        build="solid-start build",
        output=".output",
        env_prefix="VITE_",
        exposed=("VITE_",),
    ),
    Framework(
        slug="ember",
        packages=("ember-source", "ember-cli"),
        build="ember build",
        output="dist",
        spa_fallback=True,
    ),
    Framework(
        slug="vue",
        packages=("@vue/cli-service",),
        build="vue-cli-service build",
        output="dist",
        env_prefix="VUE_APP_",
        exposed=("VUE_APP_",),
        spa_fallback=True,
    ),
    Framework(
        slug="ionic-angular",
        packages=("@ionic/angular",),
        build="ng build",
        output="www",
        spa_fallback=True,
    ),
    Framework(
        slug="angular",
        packages=("@angular/cli",),
        build="ng build",
        output="dist",
        spa_fallback=True,
    ),
    Framework(
        slug="svelte",
        every=("svelte", "sirv-cli"),
        build="rollup -c",
        output="public",
        spa_fallback=True,
    ),
    Framework(
        slug="sveltekit-1",
        packages=("@sveltejs/kit",),
        supersedes=_VITE,
        build="vite build",
        output="public",
        exposed=("PUBLIC_", "VITE_"),
    ),
    Framework(
        slug="ionic-react",
        packages=("@ionic/react",),
        build="react-scripts build",
        output="build",
        spa_fallback=True,
    ),
    Framework(
        slug="create-react-app",
        packages=("react-scripts", "react-dev-utils"),
        build="react-scripts build",
        output="build",
        env_prefix="REACT_APP_",
        exposed=("REACT_APP_",),
        spa_fallback=True,
    ),
    Framework(slug="gridsome", packages=("gridsome",), build="gridsome build", output="dist"),
    Framework(slug="umijs", packages=("umi",), build="umi build", output="dist", spa_fallback=True),
    Framework(
        slug="stencil",
        packages=("@stencil/core",),
        build="stencil build",
        output="www",
        spa_fallback=True,
    ),
    Framework(
        slug="nuxtjs",
        packages=("nuxt", "nuxt3", "nuxt-edge", "nuxt-nightly"),
        supersedes=frozenset({"nitro"}),
        build="nuxt build",
        output="dist",
        env_prefix="NUXT_ENV_",
        exposed=("NUXT_PUBLIC_",),
    ),
    Framework(
        slug="redwoodjs",
        packages=("@redwoodjs/core",),
        build="yarn rw deploy vercel",
        env_prefix="REDWOOD_ENV_",
        exposed=("REDWOOD_ENV_",),
    ),
    Framework(slug="jekyll", files=("_config.yml",), build="jekyll build"),
    Framework(
        slug="hydrogen",
        packages=("@shopify/hydrogen",),
        files=("hydrogen.config.js", "hydrogen.config.ts"),
        supersedes=_VITE,
        build="shopify hydrogen build",
        output="dist",
        env_prefix="PUBLIC_",
        exposed=("PUBLIC_",),
    ),
    Framework(
        slug="vite",
        packages=("vite",),
        supersedes=frozenset({"ionic-react"}),
        build="vite build",
        output="dist",
        env_prefix="VITE_",
        exposed=("VITE_",),
    ),
    Framework(
        slug="tanstack-start",
        every=("@tanstack/router-plugin",),
        packages=("@tanstack/react-start", "@tanstack/solid-start"),
        supersedes=frozenset({"ionic-react", "vite"}),
        build="vite build",
        output="dist",
        exposed=("VITE_",),
    ),
    Framework(
        slug="tanstack-start-lovable",
        every=("@lovable.dev/vite-tanstack-config",),
        packages=("@tanstack/react-start", "@tanstack/solid-start"),
        supersedes=frozenset({"tanstack-start", "ionic-react", "vite"}),
        build="vite build",
        output="dist",
        exposed=("VITE_",),
    ),
    Framework(
        slug="vitepress",
        packages=("vitepress",),
        build="vitepress build docs",
        output="docs/.vitepress/dist",
    ),
    Framework(
        slug="vuepress",
        packages=("vuepress",),
        build="vuepress build src",
        output="src/.vuepress/dist",
    ),
    Framework(slug="parcel", packages=("parcel",), build="parcel build", output="dist"),
    Framework(
        slug="sanity",
        packages=("sanity",),
        files=tuple(f"sanity.config.{k}" for k in ("js", "jsx", "ts", "tsx")),
        needs_file=True,
        build="sanity build",
        output="dist",
        env_prefix="SANITY_STUDIO_",
        exposed=("SANITY_STUDIO_",),
        spa_fallback=True,
    ),
    Framework(
        slug="storybook",
        packages=("storybook",),
        build="storybook build",
        output="storybook-static",
    ),
    Framework(
        slug="nitro",
        packages=("nitropack", "nitro"),
        supersedes=_VITE,
        build="nitro build",
        output="dist",
    ),
    Framework(slug="hono", packages=("hono",), files=_SERVER, needs_file=True, supersedes=_NODE),
    Framework(
        slug="express", packages=("express",), files=_SERVER, needs_file=True, supersedes=_NODE
    ),
    Framework(slug="h3", packages=("h3",), files=_SERVER, needs_file=True, supersedes=_NODE),
    Framework(slug="koa", packages=("koa",), files=_SERVER, needs_file=True, supersedes=_NODE),
    Framework(
        slug="nestjs",
        packages=("@nestjs/core",),
        files=_entries("main", "app", "index", "server"),
        needs_file=True,
        supersedes=_NODE,
    ),
    Framework(
        slug="fastify", packages=("fastify",), files=_SERVER, needs_file=True, supersedes=_NODE
    ),
    Framework(
        slug="elysia", packages=("elysia",), files=_SERVER, needs_file=True, supersedes=_NODE
    ),
    Framework(slug="mastra", packages=("mastra",), build="mastra build", output=".mastra"),
)
"""Presets in the platform's order."""

# Presets that exist as settings but that detection here does not look for.
_OTHER_SLUGS: Final = frozenset(
    {"container", "dojo", "scully", "polymer", "sveltekit", "sapper", "saber", "hugo", "brunch"}
    | {"middleman", "zola", "fastapi", "flask", "fasthtml", "django", "ash", "factory-eve", "eve"}
    | {"sanity-v2", "xmcp", "python", "ruby", "rust", "axum", "actix-web", "bun"}
    | {"node", "go", "services"}
)

_BY_SLUG: Final = {f.slug: f for f in FRAMEWORKS}
SLUGS: Final = frozenset(_BY_SLUG) | _OTHER_SLUGS


def preset(slug: str | None) -> Framework | None:
    """The preset of that slug; None for the preset "Other" and for one without a row here."""
    return None if slug is None else _BY_SLUG.get(slug)


def detect_framework(
    packages: Iterable[str],
    files: Iterable[str],
    mentions: Callable[[str, str], bool] | None = None,
) -> str | None:
    """The slug the platform suggests when a project is imported; None for "Other".

    packages: names among dependencies and devDependencies of the application. files: paths below
    the application directory. mentions: whether a file's text names a package; asked for presets
    that need an entry file. Without it any such file counts.
    """
    names, paths = frozenset(packages), frozenset(files)
    found = [f for f in FRAMEWORKS if _matches(f, names, paths, mentions)]
    hidden = frozenset[str]().union(*(f.supersedes for f in found))
    return next((f.slug for f in found if f.slug not in hidden), None)


def _matches(
    framework: Framework,
    names: frozenset[str],
    paths: frozenset[str],
    mentions: Callable[[str, str], bool] | None,
) -> bool:
    if any(name not in names for name in framework.every):
        return False
    by_package = any(name in names for name in framework.packages)
    present = [path for path in framework.files if path in paths]
    if framework.needs_file:
        if mentions is not None and framework.slug != "sanity":
            present = [p for p in present if mentions(p, framework.packages[0])]
        return by_package and bool(present)
    if not framework.packages and not framework.files:
        return bool(framework.every)
    return by_package or bool(present)

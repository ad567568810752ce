"""Which family of frameworks an application belongs to, as far as reading code depends on it."""

from __future__ import annotations

from enum import Enum
from typing import Final

from verifier.model.project import Manifest


class Kind(Enum):
    """A family of frameworks that share entry points and rules of resolution."""

    NEXT = "next"
    VITE = "vite"
    ASTRO = "astro"
    SVELTEKIT = "sveltekit"
    NUXT = "nuxt"
    CRA = "create-react-app"
    VUE_CLI = "vue-cli"
    REACT_ROUTER = "react-router"
    GATSBY = "gatsby"
    OTHER = "other"


WEBPACK: Final = frozenset({Kind.NEXT, Kind.CRA, Kind.VUE_CLI, Kind.GATSBY})
"""Kinds whose bundler fails where others leave a missing asset to the browser."""
ROOTED: Final = frozenset({Kind.VITE, Kind.ASTRO, Kind.SVELTEKIT, Kind.NUXT, Kind.REACT_ROUTER})
"""Kinds in which a specifier that starts with a slash starts at the application's folder."""

_BY_SLUG: Final = {
    "nextjs": Kind.NEXT,
    "blitzjs": Kind.NEXT,
    "astro": Kind.ASTRO,
    "sveltekit": Kind.SVELTEKIT,
    "sveltekit-1": Kind.SVELTEKIT,
    "nuxtjs": Kind.NUXT,
    "create-react-app": Kind.CRA,
    "vue": Kind.VUE_CLI,
    "remix": Kind.REACT_ROUTER,
    "react-router": Kind.REACT_ROUTER,
    "gatsby": Kind.GATSBY,
    "vite": Kind.VITE,
}
_BY_PACKAGE: Final = (
    ("next", Kind.NEXT),
    ("astro", Kind.ASTRO),
    ("@sveltejs/kit", Kind.SVELTEKIT),
    ("nuxt", Kind.NUXT),
    ("nuxt3", Kind.NUXT),
    ("react-scripts", Kind.CRA),
    ("@vue/cli-service", Kind.VUE_CLI),
    ("@react-router/dev", Kind.REACT_ROUTER),
    ("@remix-run/dev", Kind.REACT_ROUTER),
    ("gatsby", Kind.GATSBY),
    ("vite", Kind.VITE),
)


def kind_of(framework: str | None, manifest: Manifest | None) -> Kind:
    """The kind of an application, from the platform's framework name, else what it declares."""
    by_slug = _BY_SLUG.get(framework or "")
    if by_slug is not None:
        return by_slug
    if manifest is not None:
        for name, kind in _BY_PACKAGE:
            if manifest.declares(name):
                return kind
    return Kind.OTHER

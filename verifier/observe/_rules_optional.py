"""What tools say when they need a package that they do not bring along themselves.

Such a package is no import of the project's: a preprocessor, a minifier, a plugin that a
configuration names. Each tool has words of its own for it.
"""

from __future__ import annotations

import re
from typing import Final

from verifier.observe._rule import Around, Reading, Rule, place_near, rule

_QUOTE: Final = "[`'\"\u201c\u2018]"
_NAME: Final = rf"{_QUOTE}(?P<subject>@?[\w][\w./-]*)[`'\"\u201d\u2019]"
_SPELLINGS: Final = (
    rf"Preprocessor dependency {_NAME} not found",
    r"^(?:Error: |\[[\w:-]+\] )*(?P<subject>terser|lightningcss|esbuild|babel-minify) not found\b",
    rf"(?i:you (?:first )?need to install) {_NAME}",
    rf"{_NAME} (?:is required to be|must be|needs to be) installed\b",
    (
        rf"(?i:\bthe (?:module|plugin|preset|theme|package|dependency|integration)) {_NAME}"
        r" (?:could not be|cannot be|was not|is not) (?:loaded|found|resolved|installed)"
    ),
    rf"(?i:could not|cannot|can't|unable to) load {_NAME}\. Is it installed",
    (
        r"(?i:could not|cannot|can't|unable to) resolve (?:the )?"
        rf"(?:module|package|dependency|plugin) {_NAME}"
    ),
    rf"unable to resolve the {_NAME} (?:plugin|theme|preset)",
    rf"problem loading plugin {_NAME}",
    rf"couldn't find the plugin {_NAME}",
    r"Cannot find any of modules: (?P<subject>[\w@/.-]+)",
    r"Please install \w+ \(`(?P<subject>[\w@/.-]+)`\)",
    r"requires (?P<subject>[\w@/.-]+) to be installed separately",
)


def _wanted(match: re.Match[str], around: Around) -> Reading | None:
    """A package by name; a path is for other rules to read."""
    subject = match["subject"].rstrip(".")
    if subject.startswith((".", "/")):
        return None
    return Reading(subject=subject, location=place_near(around), length=4)


RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"trying to use [`'\"]?tailwindcss[`'\"]? directly as a PostCSS plugin",
        "postcss-plugin-moved",
        subject="tailwindcss",
    ),
    *(rule(spelling, "module-not-found", read=_wanted) for spelling in _SPELLINGS),
)

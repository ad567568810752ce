"""Tailwind CSS 4 where PostCSS is configured for version 3."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case
from verifier.detectors import tailwind_plugin_moved

_SAID = (
    "Error: It looks like you're trying to use `tailwindcss` directly as a PostCSS plugin. The "
    "PostCSS plugin has moved to a separate package, so to continue using Tailwind CSS with "
    "PostCSS you'll need to install `@tailwindcss/postcss` and update your PostCSS configuration."
)
_CONFIG = "module.exports = { plugins: { tailwindcss: {}, autoprefixer: {} } };\n"


def styled(sheet: str, config: str = _CONFIG) -> Case:
    """An application with a style sheet, and the newest Tailwind CSS installed."""
    return Case(
        files={
            "package.json": json.dumps({"devDependencies": {"tailwindcss": "latest"}}),
            "postcss.config.js": config,
            "app/globals.css": sheet,
        },
        log=[_SAID],
    )


@pytest.mark.parametrize(
    ("sheet", "first"),
    [("@tailwind base;\n@tailwind utilities;\n", "stay"), ('@import "tailwindcss";\n', "move")],
)
def test_the_style_sheets_say_which_major_is_meant(sheet: str, first: str) -> None:
    """Each of the two repairs is enough, so they exclude each other."""
    evidence = styled(sheet).evidence()
    (finding,) = tailwind_plugin_moved.detect(evidence)
    chosen, other = finding.remedies
    assert chosen.id.endswith(first)
    assert (chosen.excludes, other.excludes) == ((other.id,), (chosen.id,))
    assert "postcss.config.js:1" in map(str, finding.locations)


def test_what_each_repair_does() -> None:
    """One declares the old major where it was declared, the other names the new plugin."""
    evidence = styled("@tailwind base;\n").evidence()
    (finding,) = tailwind_plugin_moved.detect(evidence)
    stay, move = (c.repair(evidence.recipe).source for c in finding.remedies if c.repair)
    declared = json.loads(stay.text("package.json") or "")
    assert declared == {"devDependencies": {"tailwindcss": "^3.4.17"}}
    assert move.text("postcss.config.js") == _CONFIG.replace(
        "tailwindcss", '"@tailwindcss/postcss"'
    )
    assert "@tailwindcss/postcss" in json.loads(move.text("package.json") or "")["dependencies"]


def test_a_configuration_in_an_unknown_place_leaves_one_repair() -> None:
    """The old major can always be declared."""
    evidence = styled('@import "tailwindcss";\n', config="module.exports = {};\n").evidence()
    (finding,) = tailwind_plugin_moved.detect(evidence)
    assert [c.id.rpartition("#")[2] for c in finding.remedies] == ["stay"]


def test_without_the_message_nothing_is_said() -> None:
    """A project that runs version 4 rightly may name tailwindcss elsewhere."""
    case = Case(files=styled("@tailwind base;\n").files, log=["Error: something else"])
    assert tailwind_plugin_moved.detect(case.evidence()) == ()

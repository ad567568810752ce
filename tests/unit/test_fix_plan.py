"""Tests of what a fix plan ships beside the edits of its repairs."""

from __future__ import annotations

import pytest

from tests.unit.detectors_world import tree
from verifier.fix_plan import _asks_for_other_packages

BEFORE = {
    "package.json": '{"name": "x", "dependencies": {"next": "15.5.0"}, "scripts": {"build": "b"}}',
    "package-lock.json": '{"lockfileVersion": 3}',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "app/page.tsx": "export default () => null;\n",
}


@pytest.mark.parametrize(
    ("after", "asks"),
    [
        ({**BEFORE, "package.json": '{"name": "x", "dependencies": {"next": "16.0.0"}}'}, True),
        ({**BEFORE, "package-lock.json": '{"lockfileVersion": 2}'}, True),
        ({**BEFORE, ".npmrc": "legacy-peer-deps=true\n"}, True),
        ({**BEFORE, "package.json": BEFORE["package.json"].replace('"b"', '"c"')}, False),
        ({**BEFORE, "app/page.tsx": "export default () => 'x';\n"}, False),
        ({p: t for p, t in BEFORE.items() if p != "pnpm-lock.yaml"}, False),
    ],
)
def test_a_lockfile_is_shipped_only_where_a_repair_asks_for_other_packages(
    after: dict[str, str], asks: bool
) -> None:
    """An install rewrites lockfiles for reasons of its own, and those are nobody's fix."""
    assert _asks_for_other_packages(tree(BEFORE), tree(after)) is asks

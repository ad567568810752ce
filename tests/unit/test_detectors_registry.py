"""Tests of the registry of detectors."""

from __future__ import annotations

from dataclasses import replace

import pytest

import verifier.detectors as registry
from tests.unit.detectors_world import Case
from verifier.detectors import (
    HEADINGS,
    Detector,
    all_detectors,
    client_markers,
    detect_all,
    explain,
)
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding

HEALTHY = Case(
    files={
        "package.json": '{"name": "x", "scripts": {"build": "next build"},\n'
        ' "dependencies": {"next": "15.5.0", "react": "19.0.0"}}\n',
        "app/layout.tsx": "export default ({ children }) => <html>{children}</html>;\n",
        "app/page.tsx": "const title = process.env.SITE_NAME;\nexport default () => title;\n",
    },
    fails=False,
)


def test_every_detector_explains_itself_under_the_fixed_headings() -> None:
    """The five headings stand in every explanation, in their order."""
    for detector in all_detectors():
        text = explain(detector.id)
        assert text is not None
        places = [text.index(f"{heading}:\n") for heading in HEADINGS]
        assert places == sorted(places), detector.id


def test_an_unknown_detector_is_not_explained() -> None:
    """An id that no detector has gives None."""
    assert explain("no-such-detector") is None


def test_ids_are_unique_and_named_after_their_files() -> None:
    """A detector's file can be told from its id."""
    names = [d.id for d in all_detectors()]
    assert len(names) == len(set(names))
    assert {
        d.detect.__module__.rpartition(".")[2].replace("_", "-") for d in all_detectors()
    } == set(names)


def test_a_detector_that_raises_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """One detector that stumbles costs none of the others' answers."""

    def stumble(_: Evidence) -> tuple[Finding, ...]:
        raise ValueError

    broken: tuple[Detector, ...] = tuple(replace(d, detect=stumble) for d in all_detectors()[:1])
    rest = all_detectors()[1:]
    monkeypatch.setattr(registry, "all_detectors", lambda: (*broken, *rest))
    findings, skipped = detect_all(HEALTHY.evidence())
    assert findings == ()
    assert skipped == ((broken[0].id, "ValueError"),)


def test_a_healthy_build_gives_no_finding() -> None:
    """Nothing is said about a project that builds."""
    assert detect_all(HEALTHY.evidence()) == ((), ())


def test_a_failure_nobody_knows_gives_no_finding() -> None:
    """A build that dies without a word accuses nothing."""
    case = replace(HEALTHY, fails=True, log=["something odd happened"])
    assert detect_all(case.evidence()) == ((), ())


def test_markers_are_collected_by_key() -> None:
    """Texts to search for come from every detector that wants any."""
    text = "'use client';\nexport const api = process.env.NEXT_PUBLIC_API || 'http://localhost:8000';\n"
    files = {**HEALTHY.files, "app/page.tsx": f"{text}export default () => api;\n"}
    markers = client_markers(replace(HEALTHY, files=files).project())
    assert markers["text:http://localhost:8000"] == "http://localhost:8000"

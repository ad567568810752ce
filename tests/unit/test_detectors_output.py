"""Tests of the detectors about output directories, presets and vercel.json."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.unit.detectors_world import Case, repaired, subjects
from verifier.detectors import (
    framework_preset,
    next_output_overridden,
    output_directory,
    start_page_nested,
    suppressor_present,
    vercel_json,
)
from verifier.model.environment import Settings
from verifier.model.finding import Severity
from verifier.model.run import Output, OutputFile

VITE = '{"name": "x", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "7.0.0"}}'
NO_DIST = 'No Output Directory named "dist" found after the Build completed.'


def vite(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": VITE,
            "vite.config.ts": "export default defineConfig({ build: { outDir: 'build' } });\n",
        },
        "framework": "vite",
        "settings": Settings(framework="vite"),
        "log": ["vite v7.0.0 building for production...", f"Error: {NO_DIST}"],
        "code": "STATIC_BUILD_NO_OUT_DIR",
        "message": NO_DIST,
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_the_configured_directory_is_declared() -> None:
    """The directory that the bundler is told to write goes into a vercel.json of its own."""
    evidence = vite().evidence()
    (finding,) = output_directory.detect(evidence)
    text = repaired(finding, evidence).source.text("vercel.json")
    assert text == '{\n  "outputDirectory": "build"\n}\n'


def test_the_log_tells_the_directory_written() -> None:
    """Without a readable configuration the files that the bundler lists tell the directory."""
    case = vite(
        files={"package.json": VITE, "vercel.json": '{\n  "cleanUrls": true\n}\n'},
        log=["out/web/index.html   0.46 kB │ gzip: 0.30 kB", f"Error: {NO_DIST}"],
    )
    evidence = case.evidence()
    (finding,) = output_directory.detect(evidence)
    config = json.loads(repaired(finding, evidence).source.text("vercel.json") or "")
    assert config == {"cleanUrls": True, "outputDirectory": "out/web"}


ASTRO = '{"scripts": {"build": "astro build"}, "dependencies": {"astro": "5.14.0"}}'
NO_BUILD = 'No Output Directory named "build" found after the Build completed.'


@pytest.mark.parametrize("in_file", [True, False])
def test_an_override_that_nothing_bears_out_is_taken_back(*, in_file: bool) -> None:
    """Where nothing tells the directory written, the preset's own is the one to try."""
    config = '{\n  "outputDirectory": "build",\n  "cleanUrls": true\n}\n'
    files = {"package.json": ASTRO} | ({"vercel.json": config} if in_file else {})
    case = vite(
        files=files,
        framework="astro",
        settings=Settings(framework="astro", output_directory=None if in_file else "build"),
        log=["[build] Complete!", f"Error: {NO_BUILD}"],
        message=NO_BUILD,
    )
    evidence = case.evidence()
    (finding,) = output_directory.detect(evidence)
    made = repaired(finding, evidence)
    assert made.environment.settings.output_directory is None
    assert "outputDirectory" not in (made.source.text("vercel.json") or "")


def test_without_an_override_there_is_nothing_to_take_back() -> None:
    """A build that left nothing where the preset looks has another reason."""
    case = vite(files={"package.json": VITE}, log=[f"Error: {NO_DIST}"])
    (finding,) = output_directory.detect(case.evidence())
    assert finding.remedies == ()


def test_a_directory_relative_to_the_bundlers_root_is_resolved() -> None:
    """A bundler with a root of its own writes relative to it."""
    config = (
        "export default defineConfig({\n  root: path.resolve(import.meta.dirname, 'client'),\n"
        "  build: { outDir: '../dist/public' },\n});\n"
    )
    evidence = vite(files={"package.json": VITE, "vite.config.ts": config}).evidence()
    (finding,) = output_directory.detect(evidence)
    assert '"dist/public"' in (repaired(finding, evidence).source.text("vercel.json") or "")


def test_a_build_that_wrote_nothing_gets_no_remedy() -> None:
    """Where nothing tells a directory no directory is invented."""
    case = vite(files={"package.json": VITE}, log=[f"Error: {NO_DIST}"])
    (finding,) = output_directory.detect(case.evidence())
    assert finding.remedies == ()


def test_a_build_that_failed_earlier_says_nothing_of_directories() -> None:
    """A bundler that died is no matter of the output directory."""
    case = vite(code="BUILD_UTILS_SPAWN_1", message='Command "vite build" exited with 1', log=["x"])
    assert output_directory.detect(case.evidence()) == ()


MANIFEST_GONE = (
    'The file "/vercel/path0/dist/routes-manifest.json" couldn\'t be found. This is often caused'
    " by a misconfiguration in your project."
)


def next_case(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": '{"dependencies": {"next": "15.5.0"}}',
            "vercel.json": '{\n  "outputDirectory": "dist",\n  "cleanUrls": true\n}\n',
        },
        "settings": Settings(framework="nextjs"),
        "log": [f"Error: {MANIFEST_GONE}"],
        "code": "NEXT_NO_ROUTES_MANIFEST",
        "message": MANIFEST_GONE,
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_the_override_of_a_next_project_is_removed() -> None:
    """The key goes, everything else stays as it was."""
    evidence = next_case().evidence()
    (finding,) = next_output_overridden.detect(evidence)
    text = repaired(finding, evidence).source.text("vercel.json")
    assert text == '{\n  "cleanUrls": true\n}\n'


def test_an_override_in_the_settings_is_turned_off() -> None:
    """A setting of the platform is repaired on the platform."""
    evidence = next_case(
        files={"package.json": '{"dependencies": {"next": "15.5.0"}}'},
        settings=Settings(framework="nextjs", output_directory="dist"),
    ).evidence()
    (finding,) = next_output_overridden.detect(evidence)
    assert repaired(finding, evidence).environment.settings.output_directory is None


CONFLICT = "Conflicting app and page file was found, please remove the conflicting files"
MOVED = "const config = { distDir: 'build' };\nexport default config;\n"


@pytest.mark.parametrize(
    ("more", "accused"),
    [
        ({"vercel.json": '{"outputDirectory": "dist"}'}, True),
        ({"next.config.ts": MOVED}, True),
        ({"next.config.ts": MOVED, "vercel.json": '{"outputDirectory": "./build/"}'}, False),
        ({"vercel.json": '{"outputDirectory": ".next"}'}, False),
        ({"next.config.ts": "export default { distDir: process.env.OUT };"}, False),
        ({}, False),
    ],
)
def test_directories_that_differ_are_told_before_the_build_gets_there(
    more: dict[str, str], accused: bool
) -> None:
    """An earlier failure hides this one; where the directories agree, nothing is hidden."""
    files = {"package.json": '{"dependencies": {"next": "15.5.0"}}', **more}
    case = next_case(files=files, log=[CONFLICT], code="BUILD_UTILS_SPAWN_1", message="exited 1")
    found = next_output_overridden.detect(case.evidence())
    assert [f.suspects[0].weight for f in found] == ([0.7] if accused else [])


def test_a_next_project_without_override_is_left_alone() -> None:
    """Missing manifests without an override have another reason."""
    case = next_case(files={"package.json": '{"dependencies": {"next": "15.5.0"}}'})
    assert next_output_overridden.detect(case.evidence()) == ()


def test_the_preset_other_for_a_next_project_is_corrected() -> None:
    """A green build without any page shows the wrong preset."""
    case = next_case(
        files={"package.json": '{"dependencies": {"next": "15.5.0"}}', "public/logo.svg": "<svg/>"},
        settings=Settings(framework=None),
        fails=False,
        log=[],
        output=Output(
            present=True,
            directory=".vercel/output",
            files=(OutputFile(path="static/logo.svg", size_bytes=6, sha256="0"),),
        ),
    )
    evidence = case.evidence()
    (finding,) = framework_preset.detect(evidence)
    assert '"nextjs"' in (repaired(finding, evidence).source.text("vercel.json") or "")


@pytest.mark.parametrize(
    ("set_to", "remedied"), [("apps/site", ["apps/web"]), ("apps/web", []), (None, [])]
)
def test_a_root_directory_that_is_not_there_is_set_to_the_application(
    set_to: str | None, remedied: list[str]
) -> None:
    """Whatever the failed build said, an absent root directory is told and corrected."""
    case = next_case(
        files={
            "package.json": "{}",
            "apps/web/package.json": '{"dependencies": {"next": "16.4.3"}}',
        },
        root="apps/web",
        settings=Settings(framework="nextjs", root_directory=set_to),
        log=["Error: ENOENT: no such file or directory"],
    )
    evidence = case.evidence()
    found = framework_preset.detect(evidence)
    roots = [repaired(f, evidence).environment.settings.root_directory for f in found]
    assert roots == remedied


def test_a_preset_whose_build_has_pages_is_believed() -> None:
    """A preset that works is nobody's fault."""
    case = next_case(
        files={"package.json": '{"dependencies": {"next": "15.5.0"}}'},
        settings=Settings(framework=None),
        fails=False,
        log=[],
        output=Output(
            present=True, files=(OutputFile(path="static/index.html", size_bytes=1, sha256="0"),)
        ),
    )
    assert framework_preset.detect(case.evidence()) == ()


@pytest.mark.parametrize(
    ("config", "subject", "left"),
    [
        ('{\n  "nodeVersion": "22",\n  "cleanUrls": true\n}\n', "nodeVersion", {"cleanUrls": True}),
        (
            '{"functions": {"api/x.ts": {"runtime": "nodejs18.x", "memory": 512}}}',
            "functions.api/x.ts.runtime",
            {"functions": {"api/x.ts": {"memory": 512}}},
        ),
        (
            '{"cleanUrls": true, "functions": {"api/x.ts": {"runtime": "nodejs18.x"}}}',
            "functions.api/x.ts.runtime",
            {"cleanUrls": True},
        ),
        (
            '{"functions": {"api/x.ts": {"runtime": "nodejs18.x"}, "api/y.ts": {"memory": 512}}}',
            "functions.api/x.ts.runtime",
            {"functions": {"api/y.ts": {"memory": 512}}},
        ),
        ('{"functions": {}, "cleanUrls": true}', "functions", {"cleanUrls": True}),
        (
            '{\n  // where it lies\n  "outputDirectory": "a//b", /* so */\n}\n',
            "vercel.json",
            {"outputDirectory": "a//b"},
        ),
    ],
)
def test_what_the_platform_refuses_is_removed(config: str, subject: str, left: object) -> None:
    """A key that the platform rejects is taken out of the file."""
    case = next_case(
        files={"vercel.json": config, "api/x.ts": "export default 1;"}, fails=False, log=[]
    )
    evidence = case.evidence()
    (finding,) = vercel_json.detect(evidence)
    assert finding.subject == subject
    assert json.loads(repaired(finding, evidence).source.text("vercel.json") or "") == left


@pytest.mark.parametrize("text", [None, '{"outputDirectory": "a//b,]"}\n', "{ no JSON at all"])
def test_a_valid_file_is_not_refused(text: str | None) -> None:
    """Known keys of the right type are fine, and what cannot be mended is left to its reader."""
    files = {} if text is None else {"docs/vercel.json": text}
    case = next_case(files=files, root="docs" if text else "", fails=False, log=[])
    assert vercel_json.detect(case.evidence()) == ()


def test_suppressors_are_information() -> None:
    """A switch that hides errors is told, never accused."""
    case = next_case(
        files={
            "package.json": '{\n  "scripts": {\n    "build": "next build || true"\n  }\n}\n',
            ".npmrc": "legacy-peer-deps=true\n",
            "next.config.js": "module.exports = {\n  typescript: { ignoreBuildErrors: true }\n};\n",
        },
        fails=False,
        log=[],
    )
    found = suppressor_present.detect(case.evidence())
    assert subjects(found) == ["ignoreBuildErrors", "legacy-peer-deps", "|| true"]
    assert {f.severity for f in found} == {Severity.INFO}


def test_a_check_that_is_on_is_no_suppressor() -> None:
    """The same keys with the other value hide nothing."""
    case = next_case(
        files={
            "next.config.js": "module.exports = { typescript: { ignoreBuildErrors: false } };\n"
        },
        fails=False,
        log=[],
    )
    assert suppressor_present.detect(case.evidence()) == ()


def nested(*paths: str, hits: Mapping[str, tuple[str, ...]], **more: object) -> Case:
    """A green Vite build with these files in its output."""
    files = tuple(OutputFile(path=p, size_bytes=9, sha256=p) for p in paths)
    output = Output(present=True, directory=".vercel/output", files=files)
    return vite(fails=False, log=[], output=output, text_hits=hits, **more)


DEEPER = ("static/client/index.html", "static/client/assets/index-1.js")
ASKS = {'text:="/assets/': ("static/client/index.html",)}
BOTH = '{"scripts": {"build": "vite build", "build:server": "vite build --ssr src/s.ts"}}'


def test_a_start_page_one_level_deeper_is_where_the_output_should_be() -> None:
    """The folder whose page finds its scripts only from the root is named as the output."""
    evidence = nested(*DEEPER, hits=ASKS).evidence()
    (finding,) = start_page_nested.detect(evidence)
    written = json.loads(repaired(finding, evidence).source.text("vercel.json") or "")
    assert written == {"outputDirectory": "dist/client"}


@pytest.mark.parametrize(
    ("paths", "hits"),
    [
        (("static/index.html", *DEEPER), ASKS),
        (DEEPER, {}),
        ((*DEEPER, "static/assets/index-1.js"), ASKS),
        (("static/client/index.html", "static/assets/index-1.js"), ASKS),
        (
            (*DEEPER, "static/de/index.html", "static/de/assets/index-1.js"),
            {'text:="/assets/': ("static/client/index.html", "static/de/index.html")},
        ),
    ],
)
def test_a_folder_that_is_no_site_of_its_own_is_left_alone(
    paths: tuple[str, ...], hits: dict[str, tuple[str, ...]]
) -> None:
    """A page that works where it lies, or several of them, say nothing about the output."""
    assert start_page_nested.detect(nested(*paths, hits=hits).evidence()) == ()


def test_a_page_beside_a_server_bundle_is_told_and_not_moved() -> None:
    """What the page needs is the server, which no setting of the output starts."""
    case = nested(*DEEPER, hits=ASKS, files={"package.json": BOTH})
    (finding,) = start_page_nested.detect(case.evidence())
    assert finding.severity is Severity.WARNING
    assert not finding.remedies

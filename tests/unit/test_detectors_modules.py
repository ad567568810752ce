"""Tests of the detectors about modules, files and packages that are not found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, repaired, subjects, suspects
from verifier.detectors import (
    case_mismatch,
    deleted_file,
    ignored_file,
    undeclared_package,
    unresolved_import,
)
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceKind
from verifier.model.project import GitState, IgnoredPath, LocalMachine

PACKAGE = '{\n  "name": "x",\n  "dependencies": {\n    "next": "15.5.0"\n  }\n}\n'
TSCONFIG = '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}'
BUTTON = "import { cn } from '@/lib/utils';\nexport default () => cn();\n"


def not_found(specifier: str, importer: str) -> list[str]:
    return [
        "Failed to compile.",
        "",
        f"./{importer}",
        f"Module not found: Can't resolve '{specifier}'",
        "",
        "https://nextjs.org/docs/messages/module-not-found",
        "",
        "> Build failed because of webpack errors",
    ]


def hidden(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": PACKAGE,
            "tsconfig.json": TSCONFIG,
            ".gitignore": "node_modules\nlib/\n",
            "src/app/page.tsx": BUTTON,
        },
        "only_local": {"src/lib/utils.ts": "export const cn = () => '';\n"},
        "git": GitState(
            head="abc",
            branch="main",
            ignored=(
                IgnoredPath(
                    path="src/lib",
                    pattern="lib/",
                    rule_file=".gitignore",
                    rule_line=2,
                    is_directory=True,
                ),
            ),
        ),
        "log": not_found("@/lib/utils", "src/app/page.tsx"),
        "changes": ["file:src/lib"],
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_a_file_below_an_ignored_directory_is_found() -> None:
    """The rule that hides a directory is named for a file inside it, and its factor suspected."""
    (finding,) = ignored_file.detect(hidden().evidence())
    assert finding.subject == "src/lib/utils.ts"
    assert ".gitignore:2" in {str(place) for place in finding.locations}
    assert suspects([finding]) == {"file:src/lib": 0.9}


def test_without_a_factor_the_file_is_put_back() -> None:
    """Where the plan offers no factor the remedy delivers the file."""
    evidence = hidden(changes=[]).evidence()
    (finding,) = ignored_file.detect(evidence)
    assert "src/lib/utils.ts" in repaired(finding, evidence).source


def test_a_fresh_clone_still_shows_the_rule() -> None:
    """Without a local side the rule that would hide the file is named."""
    (finding,) = ignored_file.detect(hidden(only_local={}, git=None, changes=[]).evidence())
    assert finding.subject == "src/lib/utils"
    assert ".gitignore" in finding.summary
    assert finding.suspects == ()


def test_a_file_that_exists_nowhere_is_not_called_ignored() -> None:
    """A plain wrong import accuses no ignore rule."""
    case = hidden(
        only_local={},
        changes=[],
        log=not_found("./nowhere", "src/app/page.tsx"),
        files={
            "package.json": PACKAGE,
            ".gitignore": "node_modules\nlib/\n",
            "src/app/page.tsx": "import './nowhere';\nexport default () => null;\n",
        },
    )
    assert ignored_file.detect(case.evidence()) == ()


def test_what_a_repair_took_away_does_reach_the_platform() -> None:
    """A page that the clean side has is not hidden where a trial deleted it."""
    page = {"src/app/(legal)/about/page.tsx": "export default () => null;\n"}
    case = hidden(only_local=page, git=None, changes=[], log=["Error: another failure"])
    without = case.evidence()
    assert [f.subject for f in ignored_file.detect(without)] == list(page)
    source = without.clean.source
    for path, text in page.items():
        source = source.with_bytes(path, text.encode())
    clean = replace(without.clean, source=source)
    assert ignored_file.detect(replace(without, clean=clean)) == ()


def test_a_file_removed_by_vercelignore_is_found() -> None:
    """A committed file that `.vercelignore` takes away is put back by the remedy."""
    case = hidden(
        only_local={},
        changes=[],
        git=None,
        files={
            "package.json": PACKAGE,
            "tsconfig.json": TSCONFIG,
            ".vercelignore": "src/lib\n",
            "src/app/page.tsx": BUTTON,
        },
        removed={"src/lib/utils.ts": "export const cn = () => '';\n"},
    )
    evidence = case.evidence()
    (finding,) = ignored_file.detect(evidence)
    assert ".vercelignore" in finding.summary
    assert "src/lib/utils.ts" in repaired(finding, evidence).source


def case_case(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": PACKAGE,
            "app/page.jsx": "import Header from '../components/Header';\nexport default Header;\n",
            "components/header.jsx": "export default () => null;\n",
        },
        "log": not_found("../components/Header", "app/page.jsx"),
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_an_import_spelt_with_other_case_is_respelt() -> None:
    """One import that differs from its file by case is edited, and only in that letter."""
    evidence = case_case().evidence()
    (finding,) = case_mismatch.detect(evidence)
    assert finding.subject == "components/header.jsx"
    text = repaired(finding, evidence).source.text("app/page.jsx")
    assert text == "import Header from '../components/header';\nexport default Header;\n"


def test_a_folder_spelt_with_other_case_is_respelt() -> None:
    """A folder's name counts like a file's."""
    evidence = case_case(
        files={
            "package.json": PACKAGE,
            "app/page.jsx": "import H from '../Components/header.jsx';\nexport default H;\n",
            "components/header.jsx": "export default () => null;\n",
        },
        log=not_found("../Components/header.jsx", "app/page.jsx"),
    ).evidence()
    (finding,) = case_mismatch.detect(evidence)
    text = repaired(finding, evidence).source.text("app/page.jsx") or ""
    assert "'../components/header.jsx'" in text


def test_several_imports_that_agree_rename_the_file() -> None:
    """Where every import agrees on another spelling, the file is the one to be renamed."""
    files = {
        "package.json": PACKAGE,
        "app/page.jsx": "import H from '../components/Header';\nexport default H;\n",
        "app/a/page.jsx": "import H from '../../components/Header';\nexport default H;\n",
        "components/header.jsx": "export default () => null;\n",
    }
    evidence = case_case(files=files).evidence()
    (finding,) = case_mismatch.detect(evidence)
    source = repaired(finding, evidence).source
    assert "components/Header.jsx" in source
    assert "components/header.jsx" not in source


def test_a_known_case_factor_is_suspected() -> None:
    """The factor of the index's spelling is preferred to a remedy of one's own."""
    found = case_mismatch.detect(case_case(changes=["case:components/header.jsx"]).evidence())
    assert suspects(found) == {"case:components/header.jsx": 0.9}
    assert found[0].remedies == ()


I18N = ["[next-intl] Could not find i18n config at ./src/i18n/Request.ts, please provide a path."]
PLUGIN = 'export default createNextIntlPlugin("./src/i18n/{}.ts")({{}});\n'


def test_a_path_of_a_configuration_is_respelt() -> None:
    """A path that is no import is found where it is written, and keeps its head."""
    files = {
        "package.json": PACKAGE,
        "next.config.mjs": PLUGIN.format("Request"),
        "src/i18n/request.ts": "export default {};\n",
    }
    evidence = case_case(files=files, log=I18N).evidence()
    (finding,) = case_mismatch.detect(evidence)
    assert finding.subject == "src/i18n/request.ts"
    assert str(finding.locations[0]) == "next.config.mjs:1"
    text = repaired(finding, evidence).source.text("next.config.mjs")
    assert text == PLUGIN.format("request")


def test_a_path_of_a_configuration_that_is_nowhere_is_no_matter_of_case() -> None:
    """A file that does not exist in any spelling is another fault."""
    files = {
        "package.json": PACKAGE,
        "next.config.mjs": PLUGIN.format("Request"),
        "src/i18n/requests.ts": "export default {};\n",
    }
    assert case_mismatch.detect(case_case(files=files, log=I18N).evidence()) == ()


def test_a_file_of_another_name_is_no_case_twin() -> None:
    """A file that differs in more than case is no twin."""
    files = {
        "package.json": PACKAGE,
        "app/page.jsx": "import H from '../components/Header';\nexport default H;\n",
        "components/headers.jsx": "export default () => null;\n",
    }
    assert case_mismatch.detect(case_case(files=files).evidence()) == ()


def package_case(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": PACKAGE,
            "app/page.jsx": "import dayjs from 'dayjs';\nexport default () => dayjs();\n",
        },
        "log": not_found("dayjs", "app/page.jsx"),
        "machine": LocalMachine(has_evidence=True, outer={"dayjs": "1.11.13"}),
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_an_undeclared_package_is_declared_at_its_local_version() -> None:
    """The remedy declares the package as it was found and changes nothing else."""
    evidence = package_case().evidence()
    (finding,) = undeclared_package.detect(evidence)
    text = repaired(finding, evidence).source.text("package.json")
    assert text == PACKAGE.replace('"15.5.0"', '"15.5.0",\n    "dayjs": "^1.11.13"')


def test_a_package_factor_is_preferred() -> None:
    """The factor of the package is suspected where the plan offers it."""
    found = undeclared_package.detect(package_case(changes=["package:dayjs"]).evidence())
    assert suspects(found) == {"package:dayjs": 0.9}


@pytest.mark.parametrize("specifier", ["fs", "node:fs", "@/lib/x", "./x", "virtual:pwa"])
def test_what_is_no_package_is_never_called_undeclared(specifier: str) -> None:
    """Built-in modules, aliases and paths are no packages."""
    files = {"package.json": PACKAGE, "app/page.jsx": f"import '{specifier}';\n"}
    case = package_case(files=files, log=not_found(specifier, "app/page.jsx"))
    assert undeclared_package.detect(case.evidence()) == ()


def test_a_declared_package_is_never_called_undeclared() -> None:
    """A package that is declared and still not found is another detector's matter."""
    files = {
        "package.json": PACKAGE.replace('"next"', '"dayjs": "1.0.0",\n    "next"'),
        "app/page.jsx": "import dayjs from 'dayjs';\n",
    }
    assert undeclared_package.detect(package_case(files=files).evidence()) == ()


def test_an_undeclared_import_that_built_is_left_alone() -> None:
    """What the bundler never missed is nobody's fault."""
    files = {
        "package.json": PACKAGE,
        "app/page.jsx": "import dayjs from 'dayjs';\nimport x from 'left-pad';\n",
    }
    assert subjects(undeclared_package.detect(package_case(files=files).evidence())) == ["dayjs"]


def test_a_file_that_is_read_is_no_package() -> None:
    """A missing file whose path looks like a package's is not called undeclared."""
    case = package_case(
        files={"package.json": PACKAGE},
        log=["Error: ENOENT: no such file or directory, open 'content/posts.json'"],
    )
    assert undeclared_package.detect(case.evidence()) == ()


def test_a_twin_of_another_case_is_not_called_ignored() -> None:
    """A file that git knows under another case is delivered; only its name is at fault."""
    case = case_case(only_local={"components/Header.jsx": "export default () => null;\n"})
    evidence = case.evidence()
    assert ignored_file.detect(evidence) == ()
    assert subjects(case_mismatch.detect(evidence)) == ["components/header.jsx"]


def test_a_path_below_a_folder_of_the_project_is_no_package() -> None:
    """A bundler may name a missing file by its path from the root."""
    case = case_case(log=['Could not load app/missing (imported by "app/page.jsx"): ENOENT'])
    assert undeclared_package.detect(case.evidence()) == ()


@pytest.mark.parametrize(
    ("imported", "hidden", "undeclared"),
    [
        ("./catalogue/places.mjs", ["catalogue/places.mjs"], []),
        ("catalogue/places.mjs", [], ["catalogue"]),
    ],
)
def test_a_path_that_node_names_in_full_is_no_package(
    imported: str, hidden: list[str], undeclared: list[str]
) -> None:
    """What the log shows without its root may look like a file of a package; the code knows."""
    missing = (
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/vercel/path0/catalogue/places.mjs'"
    )
    bare = "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'catalogue'"
    said = missing if imported.startswith(".") else bare
    evidence = Case(
        files={
            "package.json": '{"scripts": {"build": "node build.mjs"}}',
            "build.mjs": f"import {{ places }} from '{imported}';\nconsole.log(places);\n",
        },
        log=[f"Error: Cannot find {said} imported from /vercel/path0/build.mjs"],
        only_local={"catalogue/places.mjs": "export const places = [];\n"},
        framework=None,
    ).evidence()
    assert subjects(ignored_file.detect(evidence)) == hidden
    assert subjects(undeclared_package.detect(evidence)) == undeclared


HOURS = "export const hours = '9 to 5';\n"
ABOUT = "import { hours } from '@/lib/hours';\nexport default () => hours;\n"


def gone(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": PACKAGE,
            "tsconfig.json": TSCONFIG,
            "src/app/page.tsx": ABOUT,
        },
        "deleted": {"src/lib/hours.ts": HOURS},
        "log": not_found("@/lib/hours", "src/app/page.tsx"),
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_a_deleted_file_is_restored() -> None:
    """The commit is named, and the file comes back as it was."""
    evidence = gone().evidence()
    (finding,) = deleted_file.detect(evidence)
    assert finding.subject == "src/lib/hours.ts"
    assert "commit abc123def" in finding.summary
    assert "src/app/page.tsx:1" in map(str, finding.locations)
    assert repaired(finding, evidence).source.text("src/lib/hours.ts") == HOURS


@pytest.mark.parametrize(
    ("page", "spelt"),
    [(ABOUT, "'@/data/hours'"), (ABOUT.replace("@/lib/hours", "../lib/hours"), "'../data/hours'")],
)
def test_imports_follow_a_file_that_was_moved(page: str, spelt: str) -> None:
    """The file with the deleted one's content is what the import is pointed at."""
    case = gone()
    files = {**case.files, "src/app/page.tsx": page, "src/data/hours.ts": HOURS}
    specifier = page.split("'")[1]
    evidence = gone(files=files, log=not_found(specifier, "src/app/page.tsx")).evidence()
    (finding,) = deleted_file.detect(evidence)
    source = repaired(finding, evidence).source
    assert spelt in (source.text("src/app/page.tsx") or "")
    assert "src/lib/hours.ts" not in source


@pytest.mark.parametrize(
    "more",
    [
        {"only_local": {"src/lib/hours.ts": HOURS}},
        {"deleted": {"src/lib/days.ts": HOURS}},
        {"files": {**gone().files, "src/lib/Hours.ts": HOURS}},
        {"fails": False, "log": []},
    ],
    ids=["still on disk", "another file", "renamed by case", "green"],
)
def test_a_deleted_file_is_no_explanation_where_another_is_nearer(more: dict[str, object]) -> None:
    """Silent where the file is only hidden, where it is another one, and without a failure."""
    assert deleted_file.detect(gone(**more).evidence()) == ()


def test_an_import_of_a_file_that_nobody_has_is_told() -> None:
    """Without a remedy: what was in it is known to its author alone."""
    (finding,) = unresolved_import.detect(gone(deleted={}).evidence())
    assert finding.subject == "src/lib/hours"
    assert "src/app/page.tsx:1" in map(str, finding.locations)
    assert finding.remedies == ()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"deleted": {}, "only_local": {"src/lib/hours.ts": HOURS}},
        {"deleted": {}, "files": {**gone().files, "src/lib/Hours.ts": HOURS}},
        {"deleted": {}, "fails": False, "log": []},
    ],
    ids=["deleted", "on disk", "renamed by case", "green"],
)
def test_a_file_that_somebody_has_is_explained_elsewhere(more: dict[str, object]) -> None:
    """Silent where another detector knows more, and without a failure."""
    assert unresolved_import.detect(gone(**more).evidence()) == ()


@pytest.mark.parametrize(
    ("imported", "config", "is_named"),
    [
        ("@/lib/bikes.js", 'export default { resolve: { alias: { "@": "/src" } } };\n', True),
        ("@/lib/bikes.js", 'export default { resolve: { alias: { "~": "/src" } } };\n', False),
        ("./lib/bikes.js", 'export default { resolve: { alias: { ".": "/src" } } };\n', False),
    ],
)
def test_an_import_by_an_alias_speaks_for_the_file_that_defines_it(
    imported: str, config: str, is_named: bool
) -> None:
    """A configuration that is not delivered is named by an import only if it has its alias."""
    case = Case(
        files={
            "package.json": '{"scripts": {"build": "vite build"}}',
            "index.html": '<script type="module" src="/src/main.js"></script>',
            "src/main.js": f"import '{imported}';\n",
        },
        only_local={"vite.config.js": config},
        log=[
            "error during build:",
            f'[vite]: Rollup failed to resolve import "{imported}" from "src/main.js".',
        ],
        changes=["file:vite.config.js"],
        framework="vite",
    )
    (finding,) = ignored_file.detect(case.evidence())
    assert finding.subject == "vite.config.js"
    assert any(item.kind is EvidenceKind.LOG for item in finding.evidence) is is_named


_RUN = (
    "npm error command sh -c node tools/copy-worker.mjs",
    "npm error Error: Cannot find module '/vercel/path0/tools/copy-worker.mjs'",
)


def hooked(*, on_disk: bool, script: str = "node tools/copy-worker.mjs") -> Evidence:
    """A project whose install runs a file that git does not deliver."""
    path = "tools/copy-worker.mjs"
    made = Case(
        files={"package.json": json.dumps({"scripts": {"postinstall": script}})},
        only_local={path: "writeFileSync('public/worker.js', '')"} if on_disk else {},
        log=_RUN,
        framework="vite",
        changes=("file:tools/copy-worker.mjs",) if on_disk else (),
    )
    return made.evidence()


def test_a_file_that_a_script_runs_is_delivered_rather_than_generated() -> None:
    """The command that names it reads it."""
    (finding,) = ignored_file.detect(hooked(on_disk=True))
    assert finding.suspects[0].weight >= 0.9


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_file_that_a_script_runs_is_no_package(*, on_disk: bool) -> None:
    """Node.js words it like an import."""
    assert undeclared_package.detect(hooked(on_disk=on_disk)) == ()


def test_a_file_of_a_package_is_no_file_of_the_project() -> None:
    """No script runs it by this path."""
    evidence = hooked(on_disk=False, script="node other.mjs")
    assert subjects(undeclared_package.detect(evidence)) == ["tools"]

"""Tests of the detector about names that a module of the project does not export."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, repaired, subjects
from verifier.detectors import export_mismatch, missing_export

PACKAGE = '{"scripts": {"build": "vite build"}, "dependencies": {"vite": "5.4.0"}}\n'
HTML = '<div id="root"></div><script type="module" src="/src/main.tsx"></script>\n'


def refused(name: str) -> list[str]:
    place = "src/main.tsx (1:7)"
    return [f'{place}: "{name}" is not exported by "src/Card.tsx", imported by "src/main.tsx".']


def case(line: str, card: str, name: str = "default", **more: str) -> Case:
    files = {
        "package.json": PACKAGE,
        "index.html": HTML,
        "src/main.tsx": f"{line}\nconsole.log(1);\n",
        "src/Card.tsx": card,
        **more,
    }
    return Case(files=files, log=refused(name), framework="vite", local=False)


@pytest.mark.parametrize(
    ("line", "card", "wanted"),
    [
        (
            "import Card from './Card';",
            "export function Card() {}\nexport const size = 1;\n",
            "import { Card } from './Card';",
        ),
        (
            "import Panel from './Card';",
            "export const Card = () => null;\n",
            "import { Card as Panel } from './Card';",
        ),
        (
            'import { Card } from "./Card"',
            "const Card = () => null;\nexport default Card;\n",
            'import Card from "./Card"',
        ),
        (
            "import { Card, size } from './Card';",
            "export default function () {}\nexport const size = 1;\n",
            "import Card, { size } from './Card';",
        ),
        (
            "import { useCards } from './Card';",
            "export function useCard() {}\nexport const other = 2;\n",
            "import { useCard as useCards } from './Card';",
        ),
    ],
)
def test_the_import_takes_what_the_module_exports(line: str, card: str, wanted: str) -> None:
    """Only the clause of that import changes, and names further down stay as they are."""
    evidence = case(line, card).evidence()
    (finding,) = export_mismatch.detect(evidence)
    assert str(finding.locations[0]) == "src/main.tsx:1"
    (fix,) = finding.remedies
    assert fix.repair is not None
    text = fix.repair(evidence.clean).source.text("src/main.tsx")
    assert text == f"{wanted}\nconsole.log(1);\n"


@pytest.mark.parametrize(
    "card",
    [
        "export const one = 1;\nexport const two = 2;\n",
        "module.exports = function Card() {};\n",
        "export * from './cards';\n",
        "export const { a, b } = make();\n",
    ],
)
def test_nothing_is_guessed_where_the_module_does_not_tell(card: str) -> None:
    """Two candidates, CommonJS, star exports and patterns leave the decision to a person."""
    assert export_mismatch.detect(case("import Card from './Card';", card).evidence()) == ()


def test_imports_behind_the_first_are_suspects_too() -> None:
    """A bundler names one; the others that the build reaches would follow one by one."""
    found = export_mismatch.detect(
        case(
            "import Card from './Card';\nimport './list';",
            "export function Card() {}\n",
            **{
                "src/list.ts": "import Card from './Card';\n",
                "src/aside.ts": "import C from './Card';\n",
            },
        ).evidence()
    )
    assert [str(f.locations[0]) for f in found] == ["src/main.tsx:1", "src/list.ts:1"]


def test_a_right_import_is_no_finding() -> None:
    """What the log says of a package's names is not put down to the project's modules."""
    right = case("import { Card } from './Card';", "export function Card() {}\n", "Crown")
    assert export_mismatch.detect(right.evidence()) == ()


def test_without_such_a_failure_nothing_is_said() -> None:
    """Imports are judged only where a build stopped at one."""
    wrong = case("import Card from './Card';", "export function Card() {}\n")
    assert subjects(export_mismatch.detect(replace(wrong, log=["Error: other"]).evidence())) == []


SVG = ['src/Logo.jsx (1:9): "ReactComponent" is not exported by "src/logo.svg".']


def drawn(line: str, file: str = "src/Logo.jsx") -> Case:
    files = {
        "package.json": PACKAGE,
        "index.html": HTML.replace("main.tsx", file.rpartition("/")[2]),
        file: f"{line}\n\nexport default () => <Mark />;\n",
        "src/logo.svg": "<svg/>\n",
    }
    log = [SVG[0].replace("src/Logo.jsx", file)]
    return Case(files=files, log=log, framework="vite", local=False)


@pytest.mark.parametrize(
    ("line", "wanted", "address"),
    [
        (
            "import { ReactComponent as Mark } from './logo.svg';",
            "import markUrl from './logo.svg';",
            "markUrl",
        ),
        (
            "import logo, { ReactComponent as Mark } from './logo.svg';",
            "import logo from './logo.svg';",
            "logo",
        ),
    ],
)
def test_a_drawing_that_no_plugin_makes_a_component_of_is_an_image(
    line: str, wanted: str, address: str
) -> None:
    """The name that the code renders stays, and stands for an image."""
    evidence = drawn(line).evidence()
    (finding,) = missing_export.detect(evidence)
    text = repaired(finding, evidence).source.text("src/Logo.jsx") or ""
    assert text.startswith(f"{wanted}\n\nconst Mark = (props) => <img src={{{address}}} ")
    assert text.endswith("export default () => <Mark />;\n")


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("import { ReactComponent as Mark } from './logo.svg';", "src/Logo.tsx"),
        ("import { ReactComponent as Mark, title } from './logo.svg';", "src/Logo.jsx"),
        (
            "import { ReactComponent as Mark } from './logo.svg';\nconst markUrl = 1;",
            "src/Logo.jsx",
        ),
    ],
)
def test_a_drawing_is_left_alone_where_more_is_asked_of_it(line: str, file: str) -> None:
    """Types, other names and a name that is taken need a person; the fault is told all the same."""
    (finding,) = missing_export.detect(drawn(line, file).evidence())
    assert finding.remedies == ()

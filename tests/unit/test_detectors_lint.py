"""What a linter refuses, line by line, and the corrections that nobody would argue about."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case
from verifier.detectors import lint_error
from verifier.model.change import RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding
from verifier.model.recipe import Recipe


def manifest(**more: object) -> str:
    return json.dumps({"name": "sample", "scripts": {"build": "vite build"}, **more}, indent=2)


def repaired(finding: Finding, evidence: Evidence) -> Recipe:
    repair = finding.remedies[0].repair
    assert repair is not None
    return repair(evidence.recipe)


NEXT_LINT = [
    "Failed to compile.",
    "",
    "./app/about/page.tsx",
    "{line}  Error: {text}  {rule}",
]


ESCAPED = """const a = 'x';
export default () => <p title="it's">don&apos;t &quot;go&quot;</p>;
"""


def linted(text: str, line: str, said: str, rule: str) -> Case:
    log = [row.format(line=line, text=said, rule=rule) for row in NEXT_LINT]
    return Case(files={"package.json": manifest(), "app/about/page.tsx": text}, log=log)


@pytest.mark.parametrize(
    ("text", "line", "said", "rule", "corrected"),
    [
        (
            "const a = 'x';\nexport default () => <p title=\"it's\">don't \"go\"</p>;\n",
            "2:44",
            "`'` can be escaped with `&apos;`.",
            "react/no-unescaped-entities",
            ESCAPED,
        ),
        (
            "let total = 3;\nexport default () => total;\n",
            "1:5",
            "'total' is never reassigned. Use 'const' instead.",
            "prefer-const",
            "const total = 3;\nexport default () => total;\n",
        ),
        (
            'import { a, b, c } from "./x";\nexport default () => [a, c];\n',
            "1:13",
            "'b' is defined but never used.",
            "@typescript-eslint/no-unused-vars",
            'import { a, c } from "./x";\nexport default () => [a, c];\n',
        ),
        (
            'import { a } from "./x";\nexport default () => null;\n',
            "1:10",
            "'a' is defined but never used.",
            "no-unused-vars",
            "export default () => null;\n",
        ),
        (
            "export default function P() {\n  const left = 4 - 1;\n  return null;\n}\n",
            "2:9",
            "'left' is assigned a value but never used.",
            "no-unused-vars",
            "export default function P() {\n  return null;\n}\n",
        ),
    ],
)
def test_what_a_linter_refuses_is_corrected_where_nobody_would_argue(
    text: str, line: str, said: str, rule: str, corrected: str
) -> None:
    """The correction touches the named lines only and keeps what the code does."""
    evidence = linted(text, line, said, rule).evidence()
    (finding,) = lint_error.detect(evidence)
    assert repaired(finding, evidence).source.text("app/about/page.tsx") == corrected


@pytest.mark.parametrize(
    ("text", "said", "rule"),
    [
        (
            "export default function P() {\n  const left = charge();\n  return null;\n}\n",
            "'left' is assigned a value but never used.",
            "no-unused-vars",
        ),
        (
            "export default function P() {\n  const user: any = null;\n  return user;\n}\n",
            "Unexpected any. Specify a different type.",
            "@typescript-eslint/no-explicit-any",
        ),
    ],
)
def test_a_linters_message_with_a_choice_is_left_to_the_author(
    text: str, said: str, rule: str
) -> None:
    """A call may matter although its result is unused, and a type is the author's to name."""
    (finding,) = lint_error.detect(linted(text, "2:9", said, rule).evidence())
    assert finding.remedies == ()


def warned(text: str, **more: object) -> Case:
    case = Case(
        files={
            "package.json": manifest(dependencies={"react-scripts": "5.0.1"}),
            "src/App.js": text,
        },
        log=[
            "Treating warnings as errors because process.env.CI = true.",
            "Failed to compile.",
            "",
            "[eslint] ",
            "src/App.js",
            "  Line 2:9:  'left' is assigned a value but never used  no-unused-vars",
        ],
        framework=None,
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_a_warning_that_counts_as_an_error_is_corrected() -> None:
    """The warning itself is repaired rather than the rule that makes it an error."""
    evidence = warned("export default () => {\n  const left = 1;\n};\n").evidence()
    (finding,) = lint_error.detect(evidence)
    assert finding.subject == "src/App.js"
    assert "left" not in (repaired(finding, evidence).source.text("src/App.js") or "")


def test_a_warning_without_a_plain_correction_is_left_to_its_author() -> None:
    """A trial may look past it; nothing that switches the check off ships."""
    text = "export default () => {\n  const left = count();\n};\n"
    evidence = warned(text, local=False, local_passes=False).evidence()
    (finding,) = lint_error.detect(evidence)
    assert [c.remedy_kind for c in finding.remedies] == [RemedyKind.NONE]
    assert "vercel.json" not in repaired(finding, evidence).source


QUOTE = "`'` can be escaped with `&apos;`."
RULE = "react/no-unescaped-entities"
TWO = {
    "package.json": manifest(),
    "app/page.jsx": "export default () => (\n  <p>\n    don't\n    won't\n  </p>\n);\n",
    "app/about/page.jsx": "export default () => <p>it's</p>;\n",
}
TWO_FILES = [
    "Failed to compile.",
    "",
    "./app/page.jsx",
    f"3:8  Error: {QUOTE}  {RULE}",
    "3:9  Warning: Something else.  other/rule",
    f"4:8  Error: {QUOTE}  {RULE}",
    "",
    "./app/about/page.jsx",
    f"1:28  Error: {QUOTE}  {RULE}",
]


def test_a_rule_may_speak_of_many_lines_and_of_many_files() -> None:
    """Each file is a finding of its own, and its correction covers all lines named."""
    evidence = Case(files=TWO, log=TWO_FILES).evidence()
    first, second = lint_error.detect(evidence)
    assert [str(p) for p in first.locations] == ["app/page.jsx:3", "app/page.jsx:4"]
    assert [str(p) for p in second.locations] == ["app/about/page.jsx:1"]
    text = repaired(first, evidence).source.text("app/page.jsx") or ""
    assert text.count("&apos;") == 2
    assert "'" not in text


STYLISH = [
    "> eslint . {flags}&& vite build",
    "",
    "/vercel/path0/src/a.js",
    "  1:5  {kind}  'one' is never reassigned. Use 'const' instead  prefer-const",
    "  2:5  {kind}  'two' is never reassigned. Use 'const' instead  prefer-const",
    "",
    "✖ 2 problems (0 errors, 2 warnings)",
    "",
]
LETS = {"package.json": manifest(), "src/a.js": "let one = 1;\nlet two = 2;\nuse(one, two);\n"}


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("error", ""), ("warning", "ESLint found too many warnings (maximum: 0).")],
)
def test_the_report_of_the_linter_itself_is_read(kind: str, ending: str) -> None:
    """Errors stop a build, and so do warnings where the script allows none."""
    log = [row.format(kind=kind, flags="") for row in STYLISH] + [ending]
    evidence = Case(files=LETS, log=log, framework="vite").evidence()
    (finding,) = lint_error.detect(evidence)
    assert (repaired(finding, evidence).source.text("src/a.js") or "").count("const") == 2


def test_warnings_beside_an_error_are_none_of_it() -> None:
    """Only what the linter refuses is corrected; a warning may stay."""
    log = [
        row.format(kind="error" if i == 3 else "warning", flags="") for i, row in enumerate(STYLISH)
    ]
    evidence = Case(files=LETS, log=log, framework="vite").evidence()
    (finding,) = lint_error.detect(evidence)
    assert repaired(finding, evidence).source.text("src/a.js") == (
        "const one = 1;\nlet two = 2;\nuse(one, two);\n"
    )


REACT_SCRIPTS = [
    "Creating an optimized production build...",
    "{begins}",
    "",
    "[eslint]",
    "src/App.js",
    "  Line 2:9:  'left' is assigned a value but never used  no-unused-vars",
    "",
    "Search for the keywords to learn more about each error.",
]
APP = "export default () => {\n  const left = 1;\n};\n"


def test_an_error_of_react_scripts_is_told_without_ci() -> None:
    """Its report names rule and place, and whether it refuses stands in its heading."""
    log = [row.format(begins="Failed to compile.") for row in REACT_SCRIPTS]
    case = Case(files={"package.json": manifest(), "src/App.js": APP}, log=log, framework=None)
    (finding,) = lint_error.detect(case.evidence())
    assert [str(p) for p in finding.locations] == ["src/App.js:2"]


TYPES = "src/a.ts(1,1): error TS2322: Type 'a' is not assignable to type 'b'."


def test_warnings_of_a_compilation_that_went_well_are_no_failure() -> None:
    """What fails behind them is told instead."""
    log = [row.format(begins="Compiled with warnings.") for row in REACT_SCRIPTS]
    case = Case(
        files={"package.json": manifest(), "src/App.js": APP},
        log=[
            *log,
            "",
            "File sizes after gzip:",
            "",
            "src/a.ts(1,1): error TS2322: Type 'a' is not assignable to type 'b'.",
        ],
        framework=None,
    )
    evidence = case.evidence()
    signature = evidence.observation.outcome.signature
    assert signature is not None
    assert signature.error_class == "type-error"
    assert lint_error.detect(evidence) == ()


ANY = "export const a = (user: any) => user;\n"
MIXED = [
    "Failed to compile.",
    "",
    "./app/page.tsx",
    "1:25  Error: Unexpected any. Specify a different type.  @typescript-eslint/no-explicit-any",
]


def test_a_file_that_only_its_author_can_correct_is_left_out_of_a_trials_check() -> None:
    """The stand-in proves the file and shows what fails behind it; no plan ships it."""
    case = Case(
        files={"package.json": manifest(), "app/page.tsx": ANY}, log=MIXED, local_passes=False
    )
    (finding,) = lint_error.detect(case.evidence())
    (fix,) = finding.remedies
    assert fix.coarse
    assert fix.remedy_kind is RemedyKind.NONE
    assert (repaired(finding, case.evidence()).source.text("app/page.tsx") or "").endswith(ANY)
    assert finding.suspects[0].weight < 0.2


def test_code_that_passes_on_the_other_side_is_not_left_unchecked() -> None:
    """There the difference is the cause and not the code."""
    case = Case(files={"package.json": manifest(), "app/page.tsx": ANY}, log=MIXED)
    (finding,) = lint_error.detect(case.evidence())
    assert finding.remedies == ()


def test_a_file_that_cannot_be_parsed_has_no_rule() -> None:
    """The last word of the message is not taken for a rule."""
    log = [*MIXED[:3], "1:9  Error: Parsing error: Unexpected token"]
    case = Case(files={"package.json": manifest(), "app/page.tsx": ANY}, log=log)
    (finding,) = lint_error.detect(case.evidence())
    assert "token" not in finding.summary.partition(":")[2]


_OX = """
  {mark} eslint(no-debugger): `debugger` statement is not allowed
   ,-[src/App.tsx:2:3]
 1 | export default function App() {{
 2 |   debugger
   :   ^^^^^^^^
 3 |   return null
   `----
  help: Remove the debugger statement

  {mark} eslint(no-unused-vars): Identifier 'left' is imported but never used.
   ,-[src/other.ts:1:10]
 1 | import {{ left }} from './left'
   `----

Found {count}.
Finished in 42ms on 2 files with 96 rules using 2 threads.
"""
_OX_FILES = {
    "package.json": manifest(),
    "src/App.tsx": "export default function App() {\n  debugger\n  return null\n}\n",
    "src/other.ts": "import { left } from './left'\nexport const right = 1\n",
}


def oxlint(mark: str, count: str, *after: str) -> Evidence:
    """A build script that begins with oxlint."""
    log = [*_OX.format(mark=mark, count=count).split("\n"), *after]
    return Case(files=_OX_FILES, log=log, framework="vite").evidence()


@pytest.mark.parametrize(
    ("mark", "count"),
    [
        ("x", "0 warnings and 2 errors"),
        ("\u00d7", "1 warning and 1 error"),
        ("!", "2 warnings and 0 errors"),
    ],
)
def test_the_report_of_oxlint_is_read(mark: str, count: str) -> None:
    """Errors, and warnings where the script denies them."""
    evidence = oxlint(mark, count)
    findings = {f.subject: f for f in lint_error.detect(evidence)}
    assert sorted(findings) == ["src/App.tsx", "src/other.ts"]
    app = repaired(findings["src/App.tsx"], evidence).source.text("src/App.tsx")
    other = repaired(findings["src/other.ts"], evidence).source.text("src/other.ts")
    assert app == "export default function App() {\n  return null\n}\n"
    assert other == "export const right = 1\n"


def test_warnings_of_oxlint_before_another_failure_are_none_of_it() -> None:
    """The command went on after them."""
    evidence = oxlint("!", "2 warnings and 0 errors", "vite v8.4.0 building", "Error: x is not y")
    assert lint_error.detect(evidence) == ()

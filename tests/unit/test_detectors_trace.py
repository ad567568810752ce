"""A failure is followed backwards to what differs, and to nothing that does not."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.unit.detectors_world import Case, suspects
from verifier.detectors import missing_env_var, traced_difference
from verifier.detectors._trace import trace_of
from verifier.model.finding import EvidenceKind, Finding, Severity

MANIFEST = json.dumps(
    {
        "name": "sample",
        "type": "module",
        "scripts": {"build": "node build.mjs"},
        "dependencies": {"uuid": "9.0.1", "clsx": "2.0.0"},
    }
)
BETWEEN = ('Error: [BUILD_UTILS_SPAWN_1] Command "npm run build" exited with 1',)


def _case(
    files: Mapping[str, str],
    *log: str,
    changes: tuple[str, ...] = (),
    variables: Mapping[str, str | None] | None = None,
) -> Case:
    return Case(
        files={"package.json": MANIFEST, **files},
        log=(
            "> sample@0.1.0 build",
            "> node build.mjs",
            "",
            *log,
            "",
            "Node.js v24.21.0",
            *BETWEEN,
        ),
        changes=changes,
        variables=variables or {},
        framework=None,
    )


def _frame(place: str) -> str:
    return f"    at file:///vercel/path0/{place}"


def _from_log(findings: tuple[Finding, ...]) -> set[str]:
    """Subjects that a line of the failing run itself speaks for."""
    return {f.subject for f in findings if any(e.kind is EvidenceKind.LOG for e in f.evidence)}


READER = """\
const settings = { host: process.env.TIDE_HOST, port: process.env.TIDE_PORT ?? "80" };
export function address() {
  return settings.host;
}
"""
ASKS = """\
import { address } from "./settings.mjs";

const at = address();
console.log(at.trim());
"""
UNDEFINED = "TypeError: Cannot read properties of undefined (reading 'trim')"


def test_value_is_followed_into_another_module() -> None:
    """A field read on nothing names the absent variable that the value came from."""
    files = {"build.mjs": ASKS, "settings.mjs": READER}
    case = _case(files, UNDEFINED, _frame("build.mjs:4:16"), changes=("env-var:TIDE_HOST",))
    found = missing_env_var.detect(case.evidence())
    assert "TIDE_HOST" in _from_log(found)
    assert suspects(found)["env-var:TIDE_HOST"] >= 0.8


def test_variable_that_is_set_is_not_named() -> None:
    """The same failure, but the platform has the variable: nothing is named."""
    files = {"build.mjs": ASKS, "settings.mjs": READER}
    case = _case(
        files,
        UNDEFINED,
        _frame("build.mjs:4:16"),
        variables={"TIDE_HOST": "tides.example.com"},
    )
    assert not _from_log(missing_env_var.detect(case.evidence()))


def test_condition_decides_what_a_thrown_error_speaks_for() -> None:
    """An error thrown where a random value is odd speaks for no variable read beside it."""
    toss = """\
import { place } from "./place.mjs";
const odd = Math.floor(Math.random() * 9) % 2 === 1;
if (odd) {
  throw new Error(`the port of ${place} is in use`);
}
"""
    place = "export const place = process.env.TIDE_HOST;\n"
    said = "Error: the port of undefined is in use"
    case = _case({"build.mjs": toss, "place.mjs": place}, said, _frame("build.mjs:4:9"))
    trace = trace_of(case.evidence())
    assert trace is not None
    assert trace.reached.reads("TIDE_HOST") is None
    guarded = toss.replace("if (odd)", "if (!place)")
    case = _case({"build.mjs": guarded, "place.mjs": place}, said, _frame("build.mjs:4:9"))
    trace = trace_of(case.evidence())
    assert trace is not None
    assert trace.reached.reads("TIDE_HOST") is not None


def test_earlier_return_is_a_condition() -> None:
    """What decides whether a function is left before it throws counts."""
    build = """\
function check(names) {
  for (const name of names) {
    if (process.env[name]) continue;
    throw new Error("the station is not configured");
  }
}
check(["TIDE_HOST"]);
check(names());
"""
    said = "Error: the station is not configured"
    case = _case(
        {"build.mjs": build}, said, _frame("build.mjs:4:11"), changes=("env-var:TIDE_HOST",)
    )
    found = missing_env_var.detect(case.evidence())
    assert "TIDE_HOST" in _from_log(found)


def test_thrower_without_condition_speaks_through_its_caller() -> None:
    """A helper that only throws leaves the question to the place that calls it."""
    build = """\
const host = process.env.TIDE_HOST;
const port = process.env.TIDE_PORT;
function fail(why) {
  throw new Error(why);
}
if (!host) {
  fail("nowhere to ask");
}
if (port === "0") {
  fail("nothing to ask");
}
"""
    frames = (_frame("build.mjs:4:9"), _frame("build.mjs:7:3"))
    case = _case({"build.mjs": build}, "Error: nowhere to ask", *frames)
    trace = trace_of(case.evidence())
    assert trace is not None
    assert trace.reached.reads("TIDE_HOST") is not None
    assert trace.reached.reads("TIDE_PORT") is None


def test_library_that_reads_by_itself_is_part_of_the_value() -> None:
    """A client built without a key takes it from the environment, and from nowhere else."""
    build = 'import { Resend } from "resend";\n\nconst mail = new Resend(KEY);\n'
    said = "Error: Missing API key. Pass it to the constructor"
    for given, named in (("", {"RESEND_API_KEY"}), ('"re_123"', set())):
        case = _case({"build.mjs": build.replace("KEY", given)}, said, _frame("build.mjs:3:14"))
        trace = trace_of(case.evidence())
        assert trace is not None
        assert set(trace.reached.variables) == named


LABELS = """\
import * as style from "clsx";
import * as ids from "uuid";

const { v7: number } = ids;
const { clsx: name } = style;
console.log(name("found", number()));
"""


def test_package_of_the_value_is_named_and_its_neighbour_is_not() -> None:
    """Of two packages of other versions on one line, the one the value was taken from is named."""
    said = "TypeError: number is not a function"
    both = ("version:uuid", "version:clsx")
    case = _case({"build.mjs": LABELS}, said, _frame("build.mjs:6:27"), changes=both)
    found = traced_difference.detect(case.evidence())
    assert set(suspects(found)) == {"version:uuid"}
    assert _from_log(found) == {"uuid"}
    assert all(f.severity is Severity.INFO for f in found)


def test_package_in_the_same_version_is_not_named() -> None:
    """A package that is the same on both sides is no difference, whatever fails of it."""
    said = "TypeError: number is not a function"
    case = _case({"build.mjs": LABELS}, said, _frame("build.mjs:6:27"), changes=("version:clsx",))
    assert traced_difference.detect(case.evidence()) == ()


ALMANAC = """\
import { readFileSync } from "node:fs";
const read = (name) => JSON.parse(readFileSync(`data/${name}.json`, "utf8"));
const months = read("months");
const tides = read("tides");
const days = months.flatMap((month, at) =>
  month.days.map((day) => day + tides[at]),
);
"""


def test_file_behind_a_helper_is_named_and_its_neighbour_is_not() -> None:
    """A path that a helper puts together is that of the call whose value failed."""
    said = "TypeError: Cannot read properties of undefined (reading 'map')"
    both = ("file:data/months.json", "file:data/tides.json")
    files = {"build.mjs": ALMANAC, "data/months.json": "[{}]", "data/tides.json": "[]"}
    case = _case(files, said, _frame("build.mjs:6:14"), changes=both)
    found = traced_difference.detect(case.evidence())
    assert set(suspects(found)) == {"file:data/months.json"}


def test_folder_of_a_file_that_is_read_is_named() -> None:
    """A folder that git hides is named when a file in it is read, and not by its name alone."""
    build = """\
import { existsSync, readFileSync } from "node:fs";
const file = new URL("./content/list.json", import.meta.url);
const found = existsSync(file) ? JSON.parse(readFileSync(file)) : undefined;
const title = "content";
console.log(found.length, title);
"""
    said = "TypeError: Cannot read properties of undefined (reading 'length')"
    case = _case(
        {"build.mjs": build},
        said,
        _frame("build.mjs:5:19"),
        changes=("file:content", "file:list.json"),
    )
    assert set(suspects(traced_difference.detect(case.evidence()))) == {"file:content"}


CONFIG = """\
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const settings = loadEnv(mode, process.cwd(), "");
  const home = new URL("https://example.com");
  const shop = new URL(settings.SHOP_ORIGIN);
  if (!settings.SHOP_KEY) {
    throw new Error("there is no key for the shop");
  }
  return { define: { shop: shop.host, home, log: settings.SHOP_LOG } };
});
"""
_COPY = "file:///vercel/path0/node_modules/.vite-temp/vite.config.ts.timestamp-1795587282563-ab.mjs"


@pytest.mark.parametrize(
    ("said", "frames", "named"),
    [
        (
            "TypeError: Invalid URL",
            ("    at new URL (node:internal/url:895:25)", f"    at {_COPY}:77:16"),
            {"SHOP_ORIGIN"},
        ),
        ("Error: there is no key for the shop", (f"    at {_COPY}:99:11",), {"SHOP_KEY"}),
        ("Error: the shop is closed", (f"    at {_COPY}:6:11",), set()),
    ],
)
def test_compiled_configuration_is_read_by_what_failed(
    said: str, frames: tuple[str, ...], named: set[str]
) -> None:
    """A compiled copy has other lines: the call or the message tells the place, else nothing."""
    case = _case({"vite.config.ts": CONFIG}, "error during build:", said, *frames)
    trace = trace_of(case.evidence())
    assert (set() if trace is None else set(trace.reached.variables)) == named


def test_message_that_two_places_could_say_leads_nowhere() -> None:
    """A printed message is followed only where one place in the code says it."""
    say = 'if (!process.env.TIDE_HOST) {\n  console.error("The settings are incomplete.");\n}\n'
    other = say.replace("TIDE_HOST", "TIDE_PORT")
    said = "The settings are incomplete."
    trace = trace_of(_case({"build.mjs": say}, said).evidence())
    assert trace is not None
    assert trace.reached.reads("TIDE_HOST") is not None
    assert trace_of(_case({"build.mjs": say + other}, said).evidence()) is None


def test_endless_definitions_end() -> None:
    """Names that lead to each other, or to themselves, are followed once."""
    build = "let a = b;\nlet b = a;\na = a + b;\nconsole.log(a.trim());\n"
    trace = trace_of(_case({"build.mjs": build}, UNDEFINED, _frame("build.mjs:4:15")).evidence())
    assert trace is not None
    assert not trace.reached.variables


@pytest.mark.parametrize(
    "build",
    [
        f"const a = {'(' * 20000}b{')' * 20000};\na.x();\n",
        f"const a = {'b ? ' * 3000}1{' : 2' * 3000};\na.x();\n",
        f"const a = b{'.c' * 30000};\na.x();\n",
        "\n".join([*(f"const v{i} = v{i + 1} + v{i + 2};" for i in range(6000)), "v0.x();"]),
        "\n".join(["function f(a){ a.x(); }", *(f"f(f(f({i})));" for i in range(6000))]),
    ],
    ids=["brackets", "choices", "fields", "names", "calls"],
)
@pytest.mark.timeout(20)
def test_code_that_nobody_writes_costs_little_time(build: str) -> None:
    """Code may be as deep and as entangled as its author likes."""
    line = build.count("\n", 0, build.index(".x()")) + 1
    column = build.split("\n")[line - 1].index(".x()") + 2
    said = "TypeError: Cannot read properties of undefined (reading 'x')"
    trace_of(_case({"build.mjs": build}, said, _frame(f"build.mjs:{line}:{column}")).evidence())

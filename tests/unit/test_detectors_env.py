"""Tests of the detectors about environment variables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.detectors_world import Case, repaired, subjects, suspects
from verifier.detectors import env_scope_mismatch, missing_env_var

LOGS = Path(__file__).parents[1] / "data" / "logs"
SUPABASE = """import { createClient } from '@supabase/supabase-js';

export const supabase = createClient(
  process.env.NEXT_PUBLIC_SUPABASE_URL!,
  process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!,
);
"""
HOOK = "import { supabase } from '@/lib/supabase';\nexport const POST = () => supabase;\n"


def log(name: str) -> list[str]:
    """The log of a recorded run, which the observer would have cut into blocks."""
    recorded: list[str] = json.loads((LOGS / f"{name}.json").read_text())["log"]
    return recorded


def supabase_case(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
            "lib/supabase.ts": SUPABASE,
            "app/api/hook/route.ts": HOOK,
            "app/page.tsx": "export default () => process.env.NEXT_PUBLIC_TITLE\n",
        },
        "log": log("e01-supabase-url"),
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_every_variable_behind_one_message_is_a_suspect() -> None:
    """A message about one argument of a call accuses the variables of all its arguments."""
    names = ("NEXT_PUBLIC_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_ANON_KEY")
    case = supabase_case(changes=[f"env-var:{n}" for n in names])
    weights = suspects(missing_env_var.detect(case.evidence()))
    assert weights.keys() == {f"env-var:{n}" for n in names}
    assert min(weights.values()) > 0.7


def test_the_read_that_runs_at_build_time_is_named_first() -> None:
    """A handler that only tells whether a variable is there did not stop the build."""
    files = {
        "package.json": "{}",
        "app/api/mail/route.ts": (
            "import { mail } from '../../../lib/mail';\n"
            "export async function GET() {\n"
            "  return Response.json({ set: !!process.env.MAIL_KEY });\n}\n"
            "export const POST = () => mail.send();\n"
        ),
        "lib/mail.ts": (
            "import { Mail } from 'mail';\nexport const mail = new Mail(process.env.MAIL_KEY!);\n"
        ),
    }
    log = [
        "Error: Missing API key. Set MAIL_KEY.",
        "    at module evaluation (.next/server/app/api/mail/route.js:1:1)",
        "Error: Failed to collect page data for /api/mail",
    ]
    (finding,) = missing_env_var.detect(Case(files=files, log=log).evidence())
    assert str(finding.locations[0]) == "lib/mail.ts:2"


def test_a_set_variable_is_no_suspect() -> None:
    """A variable that the build had is never accused of being absent."""
    case = supabase_case(variables={"NEXT_PUBLIC_SUPABASE_URL": "https://x.example"})
    found = missing_env_var.detect(case.evidence())
    assert subjects(found) == ["NEXT_PUBLIC_SUPABASE_ANON_KEY"]


def test_a_sensitive_variable_is_no_suspect() -> None:
    """A variable declared with an unreadable value counts as present."""
    case = supabase_case(
        variables={"NEXT_PUBLIC_SUPABASE_URL": None, "NEXT_PUBLIC_SUPABASE_ANON_KEY": None}
    )
    assert missing_env_var.detect(case.evidence()) == ()


def test_an_empty_variable_is_said_to_be_empty() -> None:
    """Present but empty is not the same finding as absent."""
    case = Case(
        files={"app/api/x/route.js": "const a = process.env.DATABASE_URL;\n"},
        log=log("e07-empty-value"),
        variables={"DATABASE_URL": ""},
        changes=["env-var:DATABASE_URL"],
    )
    (finding,) = missing_env_var.detect(case.evidence())
    assert "present but empty" in finding.summary


def test_without_a_local_value_a_stand_in_is_proposed() -> None:
    """Where no local value is known the remedy sets a stand-in of the right shape."""
    case = Case(
        files={"app/api/x/route.js": "const a = process.env.DATABASE_URL;\n"},
        log=log("e07-empty-value"),
        local=False,
    )
    evidence = case.evidence()
    (finding,) = missing_env_var.detect(evidence)
    variable = repaired(finding, evidence).environment.variable("DATABASE_URL")
    assert variable is not None
    assert variable.value is not None
    assert variable.value.reveal().startswith("postgresql://")


@pytest.mark.parametrize(
    ("name", "files", "wanted"),
    [
        (
            "e05-zod-route",
            {"app/api/x/route.js": "const e = z.object({});\n"},
            {"env-var:STRIPE_KEY", "env-var:API_BASE"},
        ),
        ("e05-t3-config", {"env.mjs": "const e = 1;\n"}, {"env-var:AUTH_SECRET"}),
        (
            "e07-is-required",
            {"app/api/x/route.js": "const s = process.env.SESSION_SECRET;\n"},
            {"env-var:SESSION_SECRET"},
        ),
        (
            "e11-openai",
            {"app/api/chat/route.js": "import OpenAI from 'openai';\nnew OpenAI();\n"},
            {"env-var:OPENAI_API_KEY"},
        ),
        (
            "e09-invalid-url-next16",
            {"app/layout.jsx": "const u = new URL(process.env.NEXT_PUBLIC_SITE_URL);\n"},
            {"env-var:NEXT_PUBLIC_SITE_URL"},
        ),
    ],
)
def test_recorded_failures_lead_to_their_variables(
    name: str, files: dict[str, str], wanted: set[str]
) -> None:
    """Recorded logs of real builds lead to exactly the variables that were absent."""
    case = Case(
        files=files,
        log=log(name),
        variables={"DATABASE_URL": "x", "PORT_NAME": "y"},
        changes=[*sorted(wanted), "env-var:UNRELATED_THING"],
    )
    weights = suspects(missing_env_var.detect(case.evidence()))
    assert weights.keys() == wanted


def test_a_missing_module_accuses_no_variable() -> None:
    """A module that is not found says nothing about variables read in the same file."""
    case = supabase_case(
        log=["./lib/supabase.ts:1:1", "Module not found: Can't resolve './missing'"],
    )
    assert missing_env_var.detect(case.evidence()) == ()


def test_a_passing_build_accuses_no_variable() -> None:
    """Nothing is missing from a build that passed."""
    assert missing_env_var.detect(supabase_case(fails=False, log=[]).evidence()) == ()


def test_failures_of_other_kinds_accuse_no_variable() -> None:
    """Absent variables are no suspects of a failure that is not about a value."""
    case = Case(
        files={"package.json": "{}", "app/page.tsx": "const a = process.env.SITE_TITLE;\n"},
        log=log("r20-webpack-key"),
        changes=["env-var:SITE_TITLE"],
    )
    assert missing_env_var.detect(case.evidence()) == ()


def test_what_the_failure_names_comes_before_what_else_is_absent() -> None:
    """Neighbours of the named variable wait until it is repaired."""
    case = Case(
        files={
            "package.json": "{}",
            "app/api/x/route.js": "const a = process.env.DATABASE_URL;\n"
            "const b = process.env.MAIL_SENDER;\n",
        },
        log=log("e07-empty-value"),
        changes=["env-var:DATABASE_URL", "env-var:MAIL_SENDER"],
    )
    weights = suspects(missing_env_var.detect(case.evidence()))
    assert weights["env-var:DATABASE_URL"] == 0.9
    assert weights.get("env-var:MAIL_SENDER", 0.0) < 0.3


@pytest.mark.parametrize(
    ("other", "is_told"),
    [("DATABASEURL", True), ("DATABASE_ULR", True), ("DATABASE_POOL_URL", False)],
)
def test_a_name_that_is_nearly_right_is_told(other: str, *, is_told: bool) -> None:
    """A slip in the name of a set variable is worth a word beside the absent one."""
    case = Case(
        files={"app/api/x/route.js": "const a = process.env.DATABASE_URL;\n"},
        log=log("e07-empty-value"),
        variables={other: "postgresql://u:p@db.example/x"},
        changes=["env-var:DATABASE_URL"],
    )
    (finding,) = missing_env_var.detect(case.evidence())
    assert (f"{other}, which no code reads, is set there" in finding.summary) is is_told


SCRIPT = (
    '{"scripts": {"build": "node scripts/pre.mjs && vite build"},'
    ' "devDependencies": {"vite": "7.0.0"}}'
)
HELPER = "export function required(name) {\n  const v = process.env[name];\n  %s\n}\n"


@pytest.mark.parametrize(
    ("files", "lines", "wanted"),
    [
        (
            {
                "scripts/pre.mjs": "import { key } from '../lib/key.mjs';\nconsole.log(key);\n",
                "lib/key.mjs": "export const key = process.env.SIGNING_PEM.replace(/x/g, '');\n",
            },
            [
                "file:///vercel/path0/lib/key.mjs:1",
                "TypeError: Cannot read properties of undefined (reading 'replace')",
                "    at file:///vercel/path0/lib/key.mjs:1:42",
            ],
            {"SIGNING_PEM"},
        ),
        (
            {
                "scripts/pre.mjs": (
                    "import { required } from '../lib/env.mjs';\n"
                    "export const a = required('CMS_SPACE');\n"
                    "export const b = required('CMS_TOKEN');\n"
                ),
                "lib/env.mjs": HELPER % "if (!v) throw new Error('incomplete'); return v;",
            },
            [
                "file:///vercel/path0/lib/env.mjs:3",
                "Error: incomplete",
                "    at required (file:///vercel/path0/lib/env.mjs:3:17)",
                "    at file:///vercel/path0/scripts/pre.mjs:2:18",
            ],
            {"CMS_SPACE", "CMS_TOKEN"},
        ),
        (
            {"scripts/pre.mjs": "['CMS_SPACE'].forEach((n) => process.env[n] || process.exit(1));"},
            ["> node scripts/pre.mjs && vite build"],
            {"CMS_SPACE"},
        ),
        (
            {"scripts/pre.mjs": "import { Resend } from 'resend';\nexport default new Resend();\n"},
            [
                "Error: Missing API key. Pass it to the constructor",
                "    at file:///vercel/path0/scripts/pre.mjs:2:16",
            ],
            {"RESEND_API_KEY"},
        ),
    ],
)
def test_failures_that_name_no_variable_lead_to_those_that_code_reads(
    files: dict[str, str], lines: list[str], wanted: set[str]
) -> None:
    """A trace, a silent script and a library's complaint lead to reads, also those by helpers."""
    other = {"src/other.ts": "export const d = process.env.OTHER_NAME ?? 'x';\n"}
    case = Case(
        files={"package.json": SCRIPT, **files, **other},
        framework="vite",
        log=lines,
        changes=[*(f"env-var:{n}" for n in sorted(wanted)), "env-var:OTHER_NAME"],
    )
    weights = suspects(missing_env_var.detect(case.evidence()))
    assert weights.keys() == {f"env-var:{n}" for n in wanted}


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        (
            (
                "export default { async rewrites() { return [\n"
                "{ source: '/a/:path*', destination: `${process.env.API_ORIGIN}/api/:path*` },\n"
                "]; } };\n"
            ),
            [
                (
                    "`destination` does not start with `/`, `http://`, or `https://` for route "
                    '{"source":"/a/:path*","destination":"undefined/api/:path*"}'
                ),
                "Error: Invalid rewrite found",
            ],
        ),
        (
            "export default { images: { domains: [process.env.API_ORIGIN] } };\n",
            [
                " ⚠ Invalid next.config.ts options detected: ",
                " ⚠     Expected string, received undefined",
                "[TypeError: Cannot read properties of undefined (reading 'startsWith')]",
            ],
        ),
    ],
)
def test_what_a_tool_refuses_in_its_configuration_leads_to_the_variable(
    config: str, lines: list[str]
) -> None:
    """The trace of an absent value in a message, or the configuration it comes from."""
    case = Case(
        files={
            "package.json": '{"dependencies": {"next": "16.4.6"}}',
            "next.config.ts": config,
            "app/page.tsx": "export default () => process.env.OTHER_NAME ?? null;\n",
        },
        log=lines,
        changes=["env-var:API_ORIGIN", "env-var:OTHER_NAME"],
    )
    assert suspects(missing_env_var.detect(case.evidence())).keys() == {"env-var:API_ORIGIN"}


@pytest.mark.parametrize(
    ("read", "scopes", "value", "accused"),
    [
        ("new Stripe(process.env.STRIPE_KEY!)", ["preview"], None, True),
        ("new Stripe(process.env.STRIPE_KEY!)", [], None, False),
        ("new Stripe(process.env.STRIPE_KEY!)", ["preview"], "sk", False),
        ("() => new Stripe(process.env.STRIPE_KEY!)", ["preview"], None, False),
        ("new Stripe(process.env.STRIPE_KEY ?? 'none')", ["preview"], None, False),
    ],
)
def test_a_variable_of_other_scopes_is_suspected_behind_another_failure(
    read: str, scopes: list[str], value: str | None, accused: bool
) -> None:
    """What modules read as they load, and only production lacks, is the next thing to fail."""
    case = Case(
        files={
            "package.json": "{}",
            "app/page.tsx": "import { pay } from '../lib/pay';\nexport default () => `${pay}`;\n",
            "lib/pay.ts": f"import Stripe from 'stripe';\nexport const pay = {read};\n",
        },
        log=["Conflicting app and page file was found, please remove the conflicting files"],
        other_scopes={scope: frozenset({"STRIPE_KEY"}) for scope in scopes},
        variables={} if value is None else {"STRIPE_KEY": value},
        changes=["env-var:STRIPE_KEY"],
    )
    weights = suspects(env_scope_mismatch.detect(case.evidence()))
    assert weights == ({"env-var:STRIPE_KEY": 0.6} if accused else {})


@pytest.mark.parametrize(("helper", "suspected"), [(False, False), (True, True)])
def test_a_validator_lists_all_that_it_refuses(*, helper: bool, suspected: bool) -> None:
    """A variable that only the validator reads, and that it does not list, is none to repair."""
    schema = """\
import { z } from "zod";
const schema = z.object({
  DATABASE_URL: z.string(),
  LOG_LEVEL: z.enum(["info", "debug"]),
});
export const env = schema.parse(GIVEN);
"""
    given = "{ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL }" if helper else "process.env"
    case = Case(
        files={
            "package.json": "{}",
            "lib/env.ts": schema.replace("GIVEN", given),
            "app/page.tsx": PAGE,
        },
        log=[
            "Error: Failed to collect page data for /",
            "[cause]: Error [ZodError]: [",
            '  { "code": "invalid_type", "path": [ "DATABASE_URL" ], "message": "is missing" }',
            "]",
            "    at module evaluation (lib/env.ts:6:27)",
        ],
        changes=["env-var:DATABASE_URL", "env-var:LOG_LEVEL"],
    )
    weights = suspects(missing_env_var.detect(case.evidence()))
    assert weights["env-var:DATABASE_URL"] >= 0.8
    assert (weights.get("env-var:LOG_LEVEL", 0.0) >= 0.2) is suspected


PAGE = 'import { env } from "../lib/env";\nexport default () => <p>{env.DATABASE_URL}</p>;\n'


_ROUTER = (
    "✓ built in 46ms",
    (
        "Error: Prerender: Request failed for /: Prerender (html): Received a 500 status code from"
        " `entry.server.tsx` while prerendering the `/` path."
    ),
    "<pre>Internal Server Error</pre>",
)
_API = "const origin = new URL(import.meta.env.VITE_API_ORIGIN);\nexport const end = origin.href;\n"


def routed(
    code: str = _API, said: tuple[str, ...] = _ROUTER, framework: str = "react-router"
) -> Case:
    """A React Router project that prerenders `/`; another route of it loads `code`."""
    return Case(
        files={
            "package.json": json.dumps({"dependencies": {"@react-router/dev": "8.4.0"}}),
            "app/root.tsx": "export default function App() { return null }\n",
            "app/routes.ts": 'import { flatRoutes } from "@react-router/fs-routes";\n'
            "export default flatRoutes();\n",
            "app/routes/_index.tsx": "export default function Home() { return null }\n",
            "app/routes/about.tsx": 'import { end } from "../api";\nexport default () => end;\n',
            "app/api.ts": code,
        },
        log=said,
        framework=framework,
        changes=("env-var:VITE_API_ORIGIN",),
    )


def test_a_server_that_hides_its_error_leads_to_what_its_routes_read_at_once() -> None:
    """Every route is loaded for each page, whichever it is."""
    (finding,) = missing_env_var.detect(routed().evidence())
    assert finding.subject == "VITE_API_ORIGIN"
    assert finding.suspects[0].weight >= 0.4
    assert any(e.text.startswith("Error: Prerender") for e in finding.evidence)


@pytest.mark.parametrize(
    "case",
    [
        routed(_API.replace("ORIGIN)", 'ORIGIN ?? "https://api.example.com")')),
        routed(said=(_ROUTER[1].replace("a 500", "a 404"),)),
        routed(said=("Error: Transform failed",)),
    ],
    ids=["fallback", "nothing there", "another failure"],
)
def test_other_failures_of_such_a_project_do_not(case: Case) -> None:
    """What has a fallback is not missed, and a page that is not there is another matter."""
    found = missing_env_var.detect(case.evidence())
    assert all(s.weight < 0.3 for f in found for s in f.suspects)


def site(config: str) -> Case:
    """A site whose generator misses an option."""
    return Case(
        files={
            "package.json": json.dumps({"scripts": {"build": "docusaurus build"}}),
            "docusaurus.config.ts": config,
        },
        log=('[ERROR] Error: "url" is required', "Your site configuration should declare it."),
        framework=None,
        changes=("env-var:SITE_URL", "env-var:SITE_NAME"),
    )


def test_a_missing_option_leads_to_the_variable_that_it_is_given() -> None:
    """And not to what its neighbours are given."""
    config = (
        "export default {\n  title: process.env.SITE_NAME,\n"
        "  url: process.env.SITE_URL as string,\n};\n"
    )
    weights = suspects(missing_env_var.detect(site(config).evidence()))
    assert weights["env-var:SITE_URL"] >= 0.8
    assert weights.get("env-var:SITE_NAME", 0.0) < 0.5


@pytest.mark.parametrize(
    "pair",
    [
        "url: process.env.SITE_URL ?? 'https://example.com'",
        "baseUrl: process.env.SITE_URL",
        "url: 'https://example.com', title: process.env.SITE_URL",
    ],
)
def test_other_options_do_not(pair: str) -> None:
    """A fallback, another name, and a neighbour in the same line."""
    evidence = site(f"export default {{\n  {pair},\n}};\n").evidence()
    weights = suspects(missing_env_var.detect(evidence))
    assert weights.get("env-var:SITE_URL", 0.0) < 0.8

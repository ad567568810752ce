"""Tests of the detectors about values, bundles, services and credentials."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detectors_world import Case, repaired, subjects, suspects
from verifier.detectors import (
    detect_all,
    env_scope_mismatch,
    inlined_undefined_env,
    invalid_env_value,
    masked_env_fallback,
    missing_env_var,
    self_fetch_at_build,
    server_credential_in_client_code,
    service_at_build,
    wrong_env_prefix,
)
from verifier.detectors._values import Fault, fault_of
from verifier.model.finding import Severity
from verifier.model.secret import Secret

LOGS = Path(__file__).parents[1] / "data" / "logs"
PACKAGE = '{"dependencies": {"next": "15.5.0"}}'
VITE = '{"devDependencies": {"vite": "7.0.0"}}'
ENTRY = '<script type="module" src="/src/main.tsx"></script>\n'


def log(name: str) -> list[str]:
    recorded: list[str] = json.loads((LOGS / f"{name}.json").read_text())["log"]
    return recorded


def jwt(role: str) -> str:
    def part(claims: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'role': role})}.c2lnbmF0dXJlLW9m"


LAYOUT = (
    "export const metadata = { metadataBase: new URL(process.env.NEXT_PUBLIC_SITE_URL) };\n"
    "export default ({ children }) => children;\n"
)


def test_the_value_that_is_no_url_is_recognised_by_the_error() -> None:
    """The input in the message is the variable's value, whatever page the message names."""
    case = Case(
        files={"package.json": PACKAGE, "app/layout.jsx": LAYOUT},
        log=log("e09-invalid-url"),
        variables={"NEXT_PUBLIC_SITE_URL": "myapp.vercel.app", "NEXT_PUBLIC_API_URL": "x.example"},
        changes=["env-var:NEXT_PUBLIC_SITE_URL"],
    )
    found = invalid_env_value.detect(case.evidence())
    assert suspects(found) == {"env-var:NEXT_PUBLIC_SITE_URL": 0.95}
    assert "myapp.vercel.app" not in str(found)


def test_the_platforms_own_host_gets_a_scheme() -> None:
    """Code that takes VERCEL_URL for a URL is corrected in the code."""
    text = LAYOUT.replace("NEXT_PUBLIC_SITE_URL", "VERCEL_URL")
    case = Case(files={"package.json": PACKAGE, "app/layout.jsx": text}, log=log("e09-invalid-url"))
    evidence = case.evidence()
    (finding,) = invalid_env_value.detect(evidence)
    edited = repaired(finding, evidence).source.text("app/layout.jsx") or ""
    assert "new URL(`https://${process.env.VERCEL_URL}`)" in edited


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SITE_URL", "encrypted:AAAA", Fault.ENCRYPTED),
        ("SITE_URL", '"https://x.example"', Fault.QUOTED),
        ("SITE_URL", "https://x.example\n", Fault.BLANKS),
        ("SITE_URL", "x.example", Fault.NO_SCHEME),
        ("AUTH_URL", "http://localhost:3000", Fault.LOOPBACK),
        ("SITE_URL", "https://x.example", None),
        ("SITE_URL", "/api", None),
        ("SITE_NAME", "\u201cOur site\u201d", Fault.QUOTED),
        ("SITE_NAME", "Our site\u200b", Fault.BLANKS),
        ("SITE_NAME", "SITE_NAME=Our site", Fault.ASSIGNMENT),
        ("SITE_NAME", "undefined", Fault.NOTHING),
        ("SITE_URL", "https://${HOST}/x", Fault.REFERENCE),
        ("SITE_NAME", "a=b", None),
        ("SITE_NAME", "x.example", None),
    ],
)
def test_faults_of_values(name: str, value: str, fault: Fault | None) -> None:
    """The shape of a value is judged by what its variable's name promises."""
    assert fault_of(name, Secret(value)) is fault


LOCALHOST = "http://localhost:8000"


def in_bundle(hits: dict[str, tuple[str, ...]], value: str = LOCALHOST) -> Case:
    return Case(
        files={
            "package.json": VITE,
            "index.html": ENTRY,
            "src/main.tsx": "fetch(`${import.meta.env.VITE_API_URL}/list`);\n",
        },
        framework="vite",
        fails=False,
        variables={"VITE_API_URL": value},
        text_hits=hits,
    )


def test_an_address_of_the_visitors_own_machine_in_a_bundle_is_a_fault() -> None:
    """The build is green; the output holds the address, and another value is tried."""
    evidence = in_bundle({"odd:VITE_API_URL": ("static/assets/a.js",)}).evidence()
    (finding,) = invalid_env_value.detect(evidence)
    assert finding.severity is Severity.ERROR
    variable = repaired(finding, evidence).environment.variable("VITE_API_URL")
    assert variable is not None
    assert variable.value == Secret("https://example.com")


def test_an_odd_value_that_no_visitor_gets_is_a_warning() -> None:
    """The same value in a green build whose output does not hold it may serve the server."""
    (finding,) = invalid_env_value.detect(in_bundle({}).evidence())
    assert finding.severity is Severity.WARNING
    sound = in_bundle({"odd:VITE_API_URL": ("static/assets/a.js",)}, "https://api.example.org")
    assert invalid_env_value.detect(sound.evidence()) == ()


def test_a_variable_of_another_scope_is_told_apart() -> None:
    """A variable that only previews have is a matter of scopes, not of absence."""
    case = Case(
        files={
            "package.json": PACKAGE,
            "app/api/x/route.js": "const a = process.env.DATABASE_URL;",
        },
        log=log("e07-empty-value"),
        other_scopes={"preview": frozenset({"DATABASE_URL"})},
        changes=["env-var:DATABASE_URL"],
    )
    evidence = case.evidence()
    (finding,) = env_scope_mismatch.detect(evidence)
    assert "preview only" in finding.summary
    assert missing_env_var.detect(evidence) == ()


FALLBACK = (
    '"use client";\n'
    'const API = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";\n'
    "export default function Page() {\n  return API;\n}\n"
)


def masked(**more: object) -> Case:
    given_: dict[str, object] = {
        "files": {"package.json": PACKAGE, "app/page.tsx": FALLBACK},
        "fails": False,
        "changes": ["env-var:NEXT_PUBLIC_API_URL"],
    }
    return Case(**(given_ | more))  # type: ignore[arg-type]  # fields of Case


def test_a_fallback_in_the_output_is_proved() -> None:
    """The fallback address in the client output makes the finding an error."""
    case = masked(text_hits={"text:http://localhost:8000": ("static/chunks/a.js",)})
    (finding,) = masked_env_fallback.detect(case.evidence())
    assert finding.severity is Severity.ERROR
    assert suspects([finding]) == {"env-var:NEXT_PUBLIC_API_URL": 0.9}


def test_a_fallback_without_output_is_a_warning() -> None:
    """Without a look at the output the finding stays a warning."""
    (finding,) = masked_env_fallback.detect(masked().evidence())
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "case",
    [
        masked(variables={"NEXT_PUBLIC_API_URL": "https://api.example"}),
        masked(
            files={
                "package.json": PACKAGE,
                "app/page.tsx": FALLBACK.replace("http://localhost:8000", "/api"),
            }
        ),
        masked(
            files={
                "package.json": PACKAGE,
                "app/page.tsx": FALLBACK.replace('"use client";\n', ""),
            }
        ),
    ],
)
def test_fallbacks_that_reach_no_visitor_are_fine(case: Case) -> None:
    """A set variable, a relative fallback and server code mask nothing."""
    assert masked_env_fallback.detect(case.evidence()) == ()


CLIENT = (
    "import { createClient } from '@supabase/supabase-js';\n"
    "export const supabase = createClient(import.meta.env.VITE_SUPABASE_URL);\n"
)


def vite(source: str, **more: object) -> Case:
    given_: dict[str, object] = {
        "files": {"package.json": VITE, "index.html": ENTRY, "src/main.tsx": source},
        "framework": "vite",
        "fails": False,
        "changes": ["env-var:VITE_SUPABASE_URL"],
    }
    return Case(**(given_ | more))  # type: ignore[arg-type]  # fields of Case


def test_a_needed_variable_that_was_not_inlined_is_found() -> None:
    """The variable under another bundler's prefix is told beside it."""
    case = vite(
        CLIENT,
        variables={"NEXT_PUBLIC_SUPABASE_URL": "https://x.example"},
        text_hits={"text:VITE_SUPABASE_URL": ("assets/index.js",)},
    )
    (finding,) = inlined_undefined_env.detect(case.evidence())
    assert finding.severity is Severity.ERROR
    assert "NEXT_PUBLIC_SUPABASE_URL is set" in finding.summary


@pytest.mark.parametrize(
    "source",
    [
        "if (import.meta.env.VITE_GA_ID) start(import.meta.env.VITE_GA_ID);\n",
        "const id = import.meta.env.VITE_GA_ID;\nif (id) start(id);\n",
        "const id = import.meta.env.VITE_GA_ID;\nid && start(id);\n",
        "const debug = import.meta.env.VITE_DEBUG === 'true';\nstart(debug);\n",
    ],
)
def test_an_optional_variable_is_not_missed(source: str) -> None:
    """Code that asks first can do without."""
    assert inlined_undefined_env.detect(vite(source).evidence()) == ()


@pytest.mark.parametrize(
    ("test", "is_needed"),
    [
        ("if (!url) throw new Error('no url')", True),
        ("if (!url || url === '') {\n  throw new Error('no url')\n}", True),
        ("if (url === undefined) { throw new Error('no url') }", True),
        ("if (url) throw new Error('too many')", False),
        ("if (!url) console.warn('no url')", False),
        ("export function load() { if (!url) throw new Error('no url') }", False),
    ],
)
def test_a_module_that_throws_without_a_variable_needs_it(test: str, *, is_needed: bool) -> None:
    """The script ends as it is loaded; what only warns, or throws when called, does not."""
    source = f"export const url = import.meta.env.VITE_SHOP_URL\n{test}\n"
    assert bool(inlined_undefined_env.detect(vite(source).evidence())) is is_needed


def test_a_foreign_prefix_is_respelt() -> None:
    """The read takes the bundler's form and prefix, and the value moves along."""
    source = "start(process.env.REACT_APP_API);\n"
    case = vite(source, variables={"REACT_APP_API": "https://x.example"})
    evidence = case.evidence()
    (finding,) = wrong_env_prefix.detect(evidence)
    recipe = repaired(finding, evidence)
    assert recipe.source.text("src/main.tsx") == "start(import.meta.env.VITE_API);\n"
    variable = recipe.environment.variable("VITE_API")
    assert variable is not None
    assert variable.value == Secret("https://x.example")


def test_a_prefix_that_the_configuration_adds_is_fine() -> None:
    """`envPrefix` exposes what it names, and `define` with per-key reads leaks nothing (T13)."""
    files = {
        "package.json": VITE,
        "index.html": ENTRY,
        "src/main.tsx": "start(process.env.REACT_APP_API);\n",
        "vite.config.ts": "export default { define: { 'process.env': env } };\n",
    }
    assert detect_all(vite("", files=files).evidence()) == ((), ())


SELF = (
    "export default async function Page() {\n"
    "  const r = await fetch('http://localhost:3999/api/items');\n  return r.status;\n}\n"
)


def fetching(page: str, **more: object) -> Case:
    given_: dict[str, object] = {
        "files": {
            "package.json": PACKAGE,
            "app/page.jsx": page,
            "app/api/items/route.js": "export function GET() {}\n",
        },
        "log": log("e12-own-api"),
    }
    return Case(**(given_ | more))  # type: ignore[arg-type]  # fields of Case


def test_a_page_that_asks_its_own_api_is_rendered_on_demand() -> None:
    """The page is named with its line; the remedy does not touch the fetch."""
    evidence = fetching(SELF).evidence()
    (finding,) = self_fetch_at_build.detect(evidence)
    assert str(finding.locations[0]) == "app/page.jsx:2"
    edited = repaired(finding, evidence).source.text("app/page.jsx") or ""
    assert edited.startswith("export const dynamic = 'force-dynamic';\n")
    (remedy,) = finding.remedies
    assert remedy.remedy_summary.endswith(
        "call what answers /api/items itself at app/page.jsx:2: nothing listens there once deployed"
    )
    assert service_at_build.detect(evidence) == ()


def test_a_database_at_build_is_another_matter() -> None:
    """A variable that names the machine itself is suspected, and the limit of proof is said."""
    page = (
        "import { Pool } from 'pg';\n"
        "const pool = new Pool({ connectionString: process.env.DATABASE_URL });\n"
        "export default async () => (await pool.query('select 1')).rowCount;\n"
    )
    case = fetching(
        page,
        variables={"DATABASE_URL": "postgres://u:p@localhost:3999/x"},
        changes=["env-var:DATABASE_URL"],
    )
    evidence = case.evidence()
    (finding,) = service_at_build.detect(evidence)
    assert "only be known with the service" in finding.summary
    assert suspects([finding])["env-var:DATABASE_URL"] == 0.45
    assert [change.subject for change in finding.remedies] == ["127.0.0.1:3999"]
    assert self_fetch_at_build.detect(evidence) == ()


def test_a_service_role_key_in_client_code_is_found() -> None:
    """The role that the key claims tells it from a public one; the key itself is never shown."""
    key = jwt("service_role")
    found = server_credential_in_client_code.detect(vite(f"start('{key}');\n").evidence())
    assert subjects(found) == ["src/main.tsx"]
    assert key not in str(found)


@pytest.mark.parametrize(
    "literal",
    [
        jwt("anon"),
        "sb_publishable_abcdefghijklmnop",
        "postgres://user:password@localhost:5432/app",
        "postgres://user:password@host.example.com/app",
        "pk_live_abcdefghijklmnopqrstuv",
    ],
)
def test_public_keys_and_dummies_are_fine(literal: str) -> None:
    """Anonymous and publishable keys are public by design (trap T01)."""
    case = vite(f"start('{literal}');\n", variables={"VITE_KEY": jwt("anon")})
    assert server_credential_in_client_code.detect(case.evidence()) == ()


def test_a_server_secret_in_the_output_is_found() -> None:
    """A secret that the prerendered page holds is proved by the output."""
    files = {
        "package.json": PACKAGE,
        "app/page.tsx": "'use client';\nexport default () => process.env.ADMIN_SECRET;\n",
    }
    case = Case(
        files=files,
        fails=False,
        variables={"ADMIN_SECRET": "a-long-enough-value"},
        text_hits={"value:ADMIN_SECRET": ("server/app/index.html",)},
    )
    (finding,) = server_credential_in_client_code.detect(case.evidence())
    assert finding.severity is Severity.ERROR


def test_a_secret_read_on_the_server_is_fine() -> None:
    """A name that sounds secret is no leak unless the output holds its value (trap T10)."""
    files = {
        "package.json": PACKAGE,
        "lib/admin.ts": "import 'server-only';\nexport const key = process.env.ADMIN_SECRET;\n",
        "app/page.tsx": "import { key } from '../lib/admin';\nexport default () => key.length;\n",
    }
    case = Case(files=files, fails=False, variables={"ADMIN_SECRET": jwt("service_role")})
    assert detect_all(case.evidence()) == ((), ())


def test_reads_below_the_working_directory_are_traced() -> None:
    """A path built from the working directory is traced by the platform (trap T14)."""
    text = (
        "import fs from 'node:fs';\nimport path from 'node:path';\n"
        "export default () => fs.readFileSync(path.resolve(process.cwd(), 'content', 'a.md'));\n"
    )
    case = Case(
        files={"package.json": PACKAGE, "app/page.tsx": text, "content/a.md": "x"}, fails=False
    )
    assert detect_all(case.evidence()) == ((), ())


@given(st.text(max_size=60), st.text(alphabet="ABC_URLHOST", min_size=1, max_size=12))
def test_any_value_can_be_judged(value: str, name: str) -> None:
    """No value, however odd, stops the judgement of its shape."""
    assert fault_of(name, Secret(value)) in {None, *Fault}

"""Tests of the detectors about what client code gets of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, change, repaired, subjects, suspects
from verifier.detectors import (
    detect_all,
    inlined_undefined_env,
    masked_env_fallback,
    pulled_system_variable,
    server_credential_in_client_code,
    uninlined_env_read,
    wrong_env_prefix,
)
from verifier.detectors._vital import is_vital
from verifier.intake.dotenvs import parse_dotenv
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceKind, Severity
from verifier.model.observation import Observation
from verifier.model.outcome import FailureSignature, Stage, failed, passed
from verifier.model.project import EnvFile

NEXT = '{"dependencies": {"next": "16.4.6"}}'
VITE = '{"devDependencies": {"vite": "7.0.0"}}'
ENTRY = '<script type="module" src="/src/main.tsx"></script>\n'
SCRIPT = ("static/_next/static/chunks/a.js",)
PAGE = ("functions/index.prerender-fallback.html",)
HOST = "search.library.example"


def client(source: str, **more: object) -> Case:
    """A green Next.js build of one client page that reads NEXT_PUBLIC_HOST somehow."""
    given_: dict[str, object] = {
        "files": {"package.json": NEXT, "app/page.tsx": f"'use client';\n{source}"},
        "fails": False,
        "variables": {"NEXT_PUBLIC_HOST": HOST},
        "text_hits": {"text:NEXT_PUBLIC_HOST": SCRIPT},
    }
    return Case(**(given_ | more))  # type: ignore[arg-type]  # fields of Case


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "const { NEXT_PUBLIC_HOST } = process.env;\nexport default () => NEXT_PUBLIC_HOST;\n",
            (
                "const NEXT_PUBLIC_HOST = process.env.NEXT_PUBLIC_HOST;\n"
                "export default () => NEXT_PUBLIC_HOST;\n"
            ),
        ),
        (
            "const { NODE_ENV, NEXT_PUBLIC_HOST } = process.env;\nuse(NODE_ENV);\n",
            (
                "const { NODE_ENV } = process.env;\n"
                "const NEXT_PUBLIC_HOST = process.env.NEXT_PUBLIC_HOST;\nuse(NODE_ENV);\n"
            ),
        ),
        (
            "const get = (name: string) => process.env[name];\nuse(get('NEXT_PUBLIC_HOST'));\n",
            (
                "const get = (name: string) => Object.assign({}, process.env, "
                "{ NEXT_PUBLIC_HOST: process.env.NEXT_PUBLIC_HOST })[name];\n"
                "use(get('NEXT_PUBLIC_HOST'));\n"
            ),
        ),
        (
            "use(z.object({ NEXT_PUBLIC_HOST: z.string() }).parse(process.env));\n",
            (
                "use(z.object({ NEXT_PUBLIC_HOST: z.string() }).parse("
                "Object.assign({}, process.env, "
                "{ NEXT_PUBLIC_HOST: process.env.NEXT_PUBLIC_HOST })));\n"
            ),
        ),
        (
            "use(globalThis.process.env.NEXT_PUBLIC_HOST);\n",
            "use(process.env.NEXT_PUBLIC_HOST);\n",
        ),
        ("use(import.meta.env.NEXT_PUBLIC_HOST);\n", "use(process.env.NEXT_PUBLIC_HOST);\n"),
    ],
)
def test_reads_that_no_bundler_replaces_are_made_literal(before: str, after: str) -> None:
    """Each form is told with its line, and the remedy changes nothing but the read."""
    evidence = client(before).evidence()
    (finding,) = uninlined_env_read.detect(evidence)
    assert finding.severity is Severity.ERROR
    assert str(finding.locations[0]).startswith("app/page.tsx:")
    assert repaired(finding, evidence).source.text("app/page.tsx") == f"'use client';\n{after}"


def test_a_table_takes_a_second_variable() -> None:
    """Repairs of two variables behind one computed read make one table, in either order."""
    source = (
        "const get = (n) => process.env[n];\nuse(get('NEXT_PUBLIC_A'), get('NEXT_PUBLIC_B'));\n"
    )
    names = ("NEXT_PUBLIC_A", "NEXT_PUBLIC_B")
    evidence = client(
        source,
        variables={n: f"value-of-{n}" for n in names},
        text_hits={f"text:{n}": SCRIPT for n in names},
    ).evidence()
    repairs = [f.remedies[0].repair for f in uninlined_env_read.detect(evidence)]
    texts = set()
    for first, second in (repairs, repairs[::-1]):
        assert first is not None
        assert second is not None
        texts.add(second(first(evidence.clean)).source.text("app/page.tsx"))
    (text,) = texts
    assert text is not None
    assert text.count("process.env.NEXT_PUBLIC") == 2


@pytest.mark.parametrize(
    "case",
    [
        client("const { NEXT_PUBLIC_HOST } = process.env;\n", variables={}),
        client(
            "const { NEXT_PUBLIC_HOST } = process.env;\n",
            text_hits={"text:NEXT_PUBLIC_HOST": SCRIPT, "value:NEXT_PUBLIC_HOST": SCRIPT},
        ),
        client("const { NEXT_PUBLIC_HOST } = process.env;\n", text_hits={}),
        client("use(process.env.NEXT_PUBLIC_HOST);\n"),
        client("use(process.env['NEXT_PUBLIC_HOST']);\n"),
        Case(
            files={
                "package.json": NEXT,
                "app/page.tsx": "const { NEXT_PUBLIC_HOST } = process.env;\n",
            },
            fails=False,
            variables={"NEXT_PUBLIC_HOST": HOST},
            text_hits={"text:NEXT_PUBLIC_HOST": SCRIPT},
        ),
    ],
)
def test_reads_that_reach_the_browser_or_need_not_are_fine(case: Case) -> None:
    """An absent variable is another fault; a value in a script, and server code, are none."""
    assert uninlined_env_read.detect(case.evidence()) == ()


def test_a_value_that_a_script_would_escape_proves_nothing() -> None:
    """A script holds such a value in another spelling, so its absence is only a hint."""
    case = client(
        "const { NEXT_PUBLIC_HOST } = process.env;\n",
        variables={"NEXT_PUBLIC_HOST": '{"a": "b c"}'},
    )
    (finding,) = uninlined_env_read.detect(case.evidence())
    assert finding.severity is Severity.WARNING


def test_the_whole_object_is_right_where_the_bundler_has_it() -> None:
    """Vite puts all public variables into `import.meta.env`, so that any form of read works."""
    case = Case(
        files={
            "package.json": VITE,
            "index.html": ENTRY,
            "src/main.tsx": "const { VITE_HOST } = import.meta.env;\nuse(VITE_HOST);\n",
        },
        framework="vite",
        fails=False,
        variables={"VITE_HOST": HOST},
        text_hits={"text:VITE_HOST": ("static/assets/a.js",)},
    )
    assert uninlined_env_read.detect(case.evidence()) == ()


def unprefixed(source: str, **more: object) -> Case:
    hits = {"text:API_ORIGIN": SCRIPT}
    return client(
        source, **({"variables": {"API_ORIGIN": f"https://{HOST}"}, "text_hits": hits} | more)
    )


def test_a_name_without_prefix_never_reaches_the_browser() -> None:
    """The remedy gives the variable the public prefix, and keeps its value."""
    evidence = unprefixed("fetch(`${process.env.API_ORIGIN}/list`);\n").evidence()
    (finding,) = wrong_env_prefix.detect(evidence)
    recipe = repaired(finding, evidence)
    assert "process.env.NEXT_PUBLIC_API_ORIGIN" in (recipe.source.text("app/page.tsx") or "")
    variable = recipe.environment.variable("NEXT_PUBLIC_API_ORIGIN")
    assert variable is not None
    assert variable.value is not None
    assert variable.value.reveal() == f"https://{HOST}"


def in_vite(hits: Mapping[str, tuple[str, ...]]) -> Case:
    return Case(
        files={
            "package.json": VITE,
            "index.html": ENTRY,
            "src/main.tsx": "fetch(`${import.meta.env.API_ORIGIN}/list`);\n",
        },
        framework="vite",
        fails=False,
        variables={"API_ORIGIN": f"https://{HOST}"},
        text_hits=hits,
    )


def test_vite_leaves_no_name_and_the_value_is_nowhere() -> None:
    """A bundler that writes "undefined" is found out by the value that no script holds."""
    (finding,) = wrong_env_prefix.detect(in_vite({}).evidence())
    assert finding.severity is Severity.ERROR
    assert wrong_env_prefix.detect(in_vite({"value:API_ORIGIN": SCRIPT}).evidence()) == ()


@pytest.mark.parametrize(
    "case",
    [
        unprefixed("fetch(`${process.env.API_ORIGIN ?? ''}/list`);\n"),
        unprefixed("if (process.env.API_ORIGIN) fetch(process.env.API_ORIGIN);\n"),
        unprefixed(
            "fetch(`${process.env.API_ORIGIN}/list`);\n",
            text_hits={"value:API_ORIGIN": SCRIPT},
        ),
        unprefixed("use(process.env.NODE_ENV);\n", text_hits={"text:NODE_ENV": SCRIPT}),
        unprefixed(
            "import { list } from '../lib/list';\nlist();\n",
            files={
                "package.json": NEXT,
                "app/page.tsx": "'use client';\nimport { list } from '../lib/list';\nlist();\n",
                "lib/list.ts": "export const list = () => fetch(`${process.env.API_ORIGIN}/x`);\n",
            },
        ),
    ],
)
def test_names_without_prefix_that_are_fine(case: Case) -> None:
    """A fallback, a test, an inlined name, and a module that both sides share are no faults."""
    assert wrong_env_prefix.detect(case.evidence()) == ()


def test_a_secret_in_a_client_module_is_told_and_proved() -> None:
    """The page holds what the server rendered; without the read it does not."""
    case = client(
        "export default () => <img src={`/x?key=${process.env.WEATHER_SERVICE_KEY}`} />;\n",
        variables={"WEATHER_SERVICE_KEY": "wsk-0123456789"},
        text_hits={"value:WEATHER_SERVICE_KEY": PAGE, "text:WEATHER_SERVICE_KEY": SCRIPT},
    )
    evidence = case.evidence()
    (finding,) = server_credential_in_client_code.detect(evidence)
    assert finding.severity is Severity.ERROR
    text = repaired(finding, evidence).source.text("app/page.tsx") or ""
    assert "WEATHER_SERVICE_KEY" not in text
    assert wrong_env_prefix.detect(evidence) == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("NEXT_PUBLIC_SERVICE_ROLE_KEY", "from a variable without the prefix NEXT_PUBLIC_ in code"),
        ("SERVICE_ROLE_KEY", "read the new one in code"),
    ],
)
def test_the_successor_of_a_secret_gets_a_name_that_no_bundler_exposes(
    name: str, told: str
) -> None:
    """What is to be done says where the new value is safe, and under which kind of name."""
    case = client(
        f"fetch('/x', {{ headers: {{ a: process.env.{name} }} }});\n",
        variables={name: "sk_live_" + "0a1B2c3D4e5F" * 3},
        text_hits={f"value:{name}": SCRIPT},
    )
    (finding,) = server_credential_in_client_code.detect(case.evidence())
    (fix,) = finding.remedies
    assert told in (fix.remedy_summary or "")


def test_a_read_is_taken_out_wherever_another_repair_moved_it() -> None:
    """A trial that leaves a file unchecked puts a line at its head."""
    case = client(
        "export default () => <img src={`/x?key=${process.env.WEATHER_SERVICE_KEY}`} />;\n",
        variables={"WEATHER_SERVICE_KEY": "wsk-0123456789"},
        text_hits={"value:WEATHER_SERVICE_KEY": PAGE},
    )
    evidence = case.evidence()
    (finding,) = server_credential_in_client_code.detect(evidence)
    text = evidence.clean.source.text("app/page.tsx") or ""
    moved = evidence.clean.source.with_bytes("app/page.tsx", f"// @ts-nocheck\n{text}".encode())
    (change,) = finding.remedies
    assert change.repair is not None
    source = change.repair(replace(evidence.clean, source=moved)).source
    assert "WEATHER_SERVICE_KEY" not in (source.text("app/page.tsx") or "")


CONFIG = "export default { define: { 'process.env': env } };\n"


def defined_whole(hits: Mapping[str, tuple[str, ...]], config: str = CONFIG) -> Case:
    return Case(
        files={
            "package.json": VITE,
            "index.html": ENTRY,
            "src/main.tsx": "const env = process.env;\nuse(env.KIOSK_TOWN);\n",
            "vite.config.ts": config,
        },
        framework="vite",
        fails=False,
        variables={"KIOSK_PAYMENT_SECRET": "kps-0123456789", "KIOSK_TOWN": "Naantali-by-the-sea"},
        text_hits=hits,
    )


@pytest.mark.parametrize("value", ["env", "{ ...env }", "JSON.stringify(env)"])
def test_the_whole_environment_in_a_bundle_is_cut_to_what_is_read(value: str) -> None:
    """The configuration names what client code reads, and nothing else."""
    config = CONFIG.replace("env }", f"{value} }}")
    hits = {"value:KIOSK_PAYMENT_SECRET": ("static/assets/a.js",)}
    evidence = defined_whole(hits, config).evidence()
    (finding,) = server_credential_in_client_code.detect(evidence)
    text = repaired(finding, evidence).source.text("vite.config.ts")
    assert text == "export default { define: { 'process.env': { KIOSK_TOWN: env.KIOSK_TOWN } } };\n"


def test_the_whole_environment_offered_and_not_taken_is_fine() -> None:
    """A hazard is no leak: the output does not hold the secret (trap T13)."""
    assert detect_all(defined_whole({}).evidence()) == ((), ())


def with_local_value(case: Case, name: str) -> Evidence:
    """The evidence where the local output holds the value of a variable."""
    seen = Observation(run_id="run-0", outcome=passed(), text_hits={f"value:{name}": SCRIPT})
    return replace(case.evidence(), local_observation=seen)


SHOWN = "const MENU = process.env.NEXT_PUBLIC_MENU;\nexport default () => <iframe src={MENU} />;\n"


def test_absence_that_nobody_can_vouch_for_is_worth_a_look() -> None:
    """A fresh clone does not say what the platform has; a needed variable is told all the same."""
    source = (
        "import { createClient } from '@supabase/supabase-js';\n"
        "const url = process.env.NEXT_PUBLIC_MENU!;\n"
        "export const api = createClient(url, 'key');\n"
    )
    evidence = client(source, variables={}, text_hits={}).evidence()
    unknown = replace(evidence, project=replace(evidence.project, production=None))
    (finding,) = inlined_undefined_env.detect(unknown)
    assert finding.severity is Severity.WARNING
    assert "no file says" in finding.summary


NEEDED = (
    "import { createClient } from '@supabase/supabase-js';\n"
    "export const api = createClient(process.env.NEXT_PUBLIC_MENU!, 'key');\n"
)


COUNTS = (
    "import posthog from 'posthog-js';\n"
    "posthog.init(process.env.NEXT_PUBLIC_MENU!, { debug: false });\n"
)


def needed(source: str = NEEDED, *, local_fails: bool = True, breakable: bool = True) -> Evidence:
    """A needed variable that the clean side lacks, and of which no output holds a trace."""
    evidence = client(source, variables={}, text_hits={}).evidence()
    broken = failed(
        FailureSignature(stage=Stage.COMPILE, error_class="module-not-found", subject="x")
    )
    local = Observation(run_id="run-0", outcome=broken if local_fails else passed())
    more = {"break_local": lambda recipe: recipe} if breakable else {}
    made = change("env-var:NEXT_PUBLIC_MENU", **more)
    return replace(evidence, local_observation=local, changes={made.id: made})


@pytest.mark.parametrize(
    "evidence", [needed(COUNTS), needed(breakable=False)], ids=["developer-has-it", "it-throws"]
)
def test_what_no_local_build_shows_is_left_to_a_trial(evidence: Evidence) -> None:
    """The laptop's own build stops before it matters; the developer has it, or code throws."""
    (finding,) = inlined_undefined_env.detect(evidence)
    assert finding.undecided
    assert finding.severity is Severity.WARNING
    tried = replace(evidence, values_seen={"NEXT_PUBLIC_MENU": SCRIPT})
    (shown,) = inlined_undefined_env.detect(tried)
    assert not shown.undecided
    assert shown.severity is Severity.ERROR
    assert any("where it is set" in item.text for item in shown.evidence)


@pytest.mark.parametrize(
    "evidence",
    [
        needed(local_fails=False),
        needed(COUNTS, breakable=False),
        replace(needed(), project=replace(needed().project, production=None)),
    ],
    ids=["local-build-lacks-it-too", "nobody-has-it", "scope-unknown"],
)
def test_what_no_trial_could_show_is_only_told(evidence: Evidence) -> None:
    """No trial is spent where its answer would prove nothing."""
    (finding,) = inlined_undefined_env.detect(evidence)
    assert not finding.undecided
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("source", "missed"), [(NEEDED, True), (COUNTS, False)])
def test_a_name_in_the_output_accuses_where_the_variable_is_missed(
    source: str, missed: bool
) -> None:
    """Nobody is known to have it: a client that throws is broken, one that counts keeps silent."""
    evidence = replace(
        client(source, variables={}, text_hits={"text:NEXT_PUBLIC_MENU": SCRIPT}).evidence(),
        local=None,
        local_observation=None,
    )
    (finding,) = inlined_undefined_env.detect(evidence)
    assert (finding.severity is Severity.ERROR) is missed


@pytest.mark.parametrize(
    ("made", "throws"),
    [
        ("import { createClient } from '@sanity/client';\ncreateClient({ projectId: V });\n", True),
        ("import { createClient } from '@sanity/client';\ncreateClient({ dataset: V });\n", False),
        ("import { MeiliSearch } from 'meilisearch';\nnew MeiliSearch({ apiKey: V });\n", False),
        ("import Pusher from 'pusher-js';\nnew Pusher(V!, { cluster: 'eu' });\n", True),
        ("import Pusher from 'pusher-js';\nnew Pusher('key', { cluster: V });\n", False),
        ("new URL(V);\n", True),
        ("new URL(`https://${V}/a`);\n", False),
        ("import { createClient } from './own';\ncreateClient(V);\n", False),
    ],
)
def test_only_the_arguments_that_a_client_throws_without_are_vital(made: str, throws: bool) -> None:
    """By place or by name, and as they are; the same words of a module of one's own say nothing."""
    case = client(made.replace("V", "process.env.NEXT_PUBLIC_MENU"), variables={}, text_hits={})
    evidence = case.evidence()
    (read,) = [r for r in evidence.project.code.env_reads if r.name == "NEXT_PUBLIC_MENU"]
    assert is_vital(evidence.clean.source, read) is throws


def test_what_a_page_showed_locally_is_missed() -> None:
    """An element that got the variable on the laptop gets nothing in production."""
    case = client(SHOWN, variables={}, text_hits={}, changes=["env-var:NEXT_PUBLIC_MENU"])
    (finding,) = inlined_undefined_env.detect(with_local_value(case, "NEXT_PUBLIC_MENU"))
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "source",
    [
        SHOWN.replace("<iframe src={MENU} />", "MENU ? <iframe src={MENU} /> : null"),
        SHOWN.replace("<iframe src={MENU} />", "<Frame address={MENU} />"),
    ],
)
def test_what_may_be_absent_is_not_missed(source: str) -> None:
    """A test before use, and a component that may do without, speak for an optional variable."""
    case = client(source, variables={}, text_hits={})
    assert inlined_undefined_env.detect(with_local_value(case, "NEXT_PUBLIC_MENU")) == ()


SERVER = "export default () => <a href={`${process.env.SITE_URL}/posts`}>Posts</a>;\n"


def rendered(source: str, hits: Mapping[str, tuple[str, ...]], **more: object) -> Case:
    """A green Next.js build of one page that the server renders while it builds."""
    given_: dict[str, object] = {
        "files": {"package.json": NEXT, "app/page.tsx": source},
        "fails": False,
        "text_hits": hits,
        "changes": ["env-var:SITE_URL"],
    }
    return Case(**(given_ | more))  # type: ignore[arg-type]  # fields of Case


def test_the_word_undefined_in_a_page_is_traced_to_its_variable() -> None:
    """What stands beside the value in the code stands beside "undefined" in the page."""
    case = rendered(SERVER, {"text:undefined/posts": PAGE})
    assert "undefined/posts" in inlined_undefined_env.markers(case.project()).values()
    (finding,) = inlined_undefined_env.detect(case.evidence())
    assert finding.severity is Severity.ERROR
    assert suspects([finding]) == {"env-var:SITE_URL": 0.9}


@pytest.mark.parametrize(
    "case",
    [
        rendered(SERVER, {}),
        rendered(SERVER, {"text:undefined/posts": PAGE}, variables={"SITE_URL": "https://x.y"}),
        rendered(SERVER.replace("SITE_URL}", "SITE_URL ?? ''}"), {"text:undefined/posts": PAGE}),
    ],
)
def test_pages_without_a_trace_are_fine(case: Case) -> None:
    """No such text, a set variable, or a fallback: nothing is missed."""
    assert inlined_undefined_env.detect(case.evidence()) == ()


def test_a_fallback_to_localhost_in_a_rendered_page_is_found() -> None:
    """A page of the server counts where its output holds the address, and only there."""
    source = SERVER.replace("SITE_URL}", "SITE_URL || 'http://localhost:3000'}")
    (finding,) = masked_env_fallback.detect(
        rendered(source, {"text:http://localhost:3000": PAGE}).evidence()
    )
    assert finding.severity is Severity.ERROR
    assert masked_env_fallback.detect(rendered(source, {}).evidence()) == ()


ASTRO = (
    "---\nconst api = import.meta.env.PUBLIC_API;\n---\n"
    "<html><body><a href={`${api}/posts`}>x</a>\n"
    "<script>\n  fetch(`${import.meta.env.PUBLIC_API}/hits`);\n</script></body></html>\n"
)
VUE = (
    '<script setup lang="ts">\nconst api = import.meta.env.VITE_API;\n'
    "const load = () => fetch(`${api}/posts`);\n</script>\n"
    '<template><p @click="load">{{ api }}</p></template>\n'
)


@pytest.mark.parametrize(
    ("framework", "files", "texts"),
    [
        ("astro", {"src/pages/index.astro": ASTRO}, {"undefined/posts", "undefined/hits"}),
        (
            "vite",
            {
                "index.html": ENTRY,
                "src/main.tsx": "import App from './App.vue';\nmount(App);\n",
                "src/App.vue": VUE,
            },
            {"undefined/posts"},
        ),
    ],
)
def test_components_are_read_in_all_their_parts(
    framework: str, files: dict[str, str], texts: set[str]
) -> None:
    """The traces of an absent value are known for scripts and markup of components too."""
    package = '{"devDependencies": {"vite": "7.0.0", "astro": "5.0.0"}}'
    case = Case(files={"package.json": package, **files}, framework=framework, fails=False)
    sought = set(inlined_undefined_env.markers(case.project()).values())
    assert {t for t in sought if t.startswith("undefined")} == texts


PULLED = 'CHOIR_NAME="Quay"\nVERCEL_ENV="production"\nVERCEL_URL=""\n'
PULLED_FILES = {
    "package.json": VITE,
    "index.html": ENTRY,
    "src/main.tsx": "use(1);\n",
    "vite.config.ts": "export default { x: new URL(process.env.VERCEL_URL) };\n",
    ".env.production": PULLED,
}


def pulled(**more: object) -> Case:
    given_: dict[str, object] = {
        "files": PULLED_FILES,
        "framework": "vite",
        "log": ["failed to load config", "TypeError: Invalid URL", "    at vite.config.ts:1:22"],
        "env_files": (
            EnvFile(path=".env.production", committed=True, entries=parse_dotenv(PULLED)),
        ),
    }
    return Case(**(given_ | more))  # type: ignore[arg-type]  # fields of Case


def test_a_pulled_system_variable_is_taken_out_of_the_committed_file() -> None:
    """Only the line of the variable that the build reads is accused and deleted."""
    evidence = pulled().evidence()
    (finding,) = pulled_system_variable.detect(evidence)
    assert finding.subject == "VERCEL_URL"
    assert str(finding.locations[0]) == ".env.production:3"
    text = repaired(finding, evidence).source.text(".env.production")
    assert text == 'CHOIR_NAME="Quay"\nVERCEL_ENV="production"\n'


def test_a_pulled_variable_is_named_by_the_value_that_failed() -> None:
    """The line of the log that leads to the value counts, and only if it leads there."""
    (finding,) = pulled_system_variable.detect(pulled().evidence())
    assert any(item.kind is EvidenceKind.LOG for item in finding.evidence)
    config = "export default { x: new URL(from()), y: process.env.VERCEL_URL };\n"
    files = {**PULLED_FILES, "vite.config.ts": config}
    (finding,) = pulled_system_variable.detect(pulled(files=files).evidence())
    assert not any(item.kind is EvidenceKind.LOG for item in finding.evidence)


def test_a_pulled_file_in_a_green_build_is_fine() -> None:
    """What is set wins over the file, as usual, and nothing is hidden."""
    assert subjects(pulled_system_variable.detect(pulled(fails=False, log=()).evidence())) == []


BESIDE = (
    "import {{ createClient }} from '@supabase/supabase-js';\n"
    "const url = process.env.NEXT_PUBLIC_URL!;\n{between}"
    "const key = process.env.NEXT_PUBLIC_KEY!;\n"
    "export const api = createClient(url, key);\n"
)
KEY_SEEN = {"value:NEXT_PUBLIC_KEY": ("chunks/app.js",)}


def test_the_value_of_a_neighbour_shows_that_visitors_get_the_code() -> None:
    """A bundler that folds an absent value away leaves no name, but the call beside it is there."""
    source = BESIDE.format(between="")
    given = {"NEXT_PUBLIC_KEY": "publishable-key-1234"}
    case = replace(
        client(source, variables=given, text_hits=KEY_SEEN), changes=["env-var:NEXT_PUBLIC_URL"]
    ).evidence()
    known = replace(case, project=replace(case.project, production=()))
    (finding,) = inlined_undefined_env.detect(known)
    assert (finding.subject, finding.severity) == ("NEXT_PUBLIC_URL", Severity.ERROR)
    assert suspects([finding]) == {"env-var:NEXT_PUBLIC_URL": 0.9}


@pytest.mark.parametrize(
    ("source", "hits"),
    [
        (BESIDE.format(between=""), {}),
        (BESIDE.format(between=""), {"value:NEXT_PUBLIC_KEY": ("index.html",)}),
        (BESIDE.format(between="\n" * 9), KEY_SEEN),
        (
            BESIDE.format(between="\n" * 9) + "use(process.env.NEXT_PUBLIC_KEY);\n",
            KEY_SEEN,
        ),
    ],
)
def test_a_neighbour_that_may_come_from_elsewhere_proves_nothing(
    source: str, hits: dict[str, tuple[str, ...]]
) -> None:
    """No script holds it, or it is read at another place as well: the absence is worth a look."""
    case = client(source, variables={"NEXT_PUBLIC_KEY": "k-12345678"}, text_hits=hits).evidence()
    known = replace(case, project=replace(case.project, production=()))
    (finding,) = inlined_undefined_env.detect(known)
    assert finding.severity is Severity.WARNING

"""Where code reads environment variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.intake.code_env import RawRead, read_env
from verifier.intake.code_syntax import Syntax

from .code_tree import NEXT, VITE, facts_of


def reads_of(source: str) -> list[RawRead]:
    return list(read_env(Syntax(source.encode(), tsx=True)))


def one(source: str) -> RawRead:
    reads = reads_of(source)
    assert len(reads) == 1, reads
    return reads[0]


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("f(process.env.X)", "process.env"),
        ("f(process.env['X'])", "process.env"),
        ("f(process.env[`X`])", "process.env"),
        ("f(process?.env?.X)", "process.env"),
        ("f(process.env.X!)", "process.env"),
        ("f((process.env as any).X)", "process.env"),
        ("f(globalThis.process.env.X)", "process.env"),
        ("f(import.meta.env.X)", "import.meta.env"),
        ("f(Bun.env.X)", "process.env"),
        ("f(Deno.env.get('X'))", "process.env"),
        ("const { X } = process.env", "destructured"),
        ("const { X: y } = import.meta.env", "destructured"),
        ("const { 'X': y } = process.env", "destructured"),
        ("function f({ X } = process.env) {}", "destructured"),
        ("const e = process.env; f(e.X)", "process.env"),
        ("const { env } = process; f(env.X)", "process.env"),
        ("import { env } from 'node:process'; f(env.X)", "process.env"),
        ("const e = loadEnv(mode, '.', ''); f(e.X)", "config"),
        ("import { X } from '$env/static/private'", "destructured"),
        ("import { env } from '$env/dynamic/private'; f(env.X)", "process.env"),
        ("import { X } from 'astro:env/server'", "destructured"),
    ],
)
def test_every_way_of_reading_a_variable_is_seen(source: str, form: str) -> None:
    """Member, index, destructuring, aliases and modules of variables are all reads."""
    read = one(source)
    assert (read.name, read.form) == ("X", form)
    assert read.fallback in {None, "guarded"}


@pytest.mark.parametrize(
    "source",
    [
        "process.env.X = '1'",
        "delete process.env.X",
        "f(other.env.X)",
        "f(import.meta.env.MODE)",
        "f(import.meta.env.DEV)",
        "// process.env.X\n'process.env.X'",
        "declare namespace NodeJS { interface ProcessEnv { X: string } }",
    ],
)
def test_what_is_no_read_stays_silent(source: str) -> None:
    """Writes, comments, types and what the bundler itself provides are no reads."""
    assert reads_of(source) == []


def test_computed_name_is_a_read_without_a_name() -> None:
    """A name that is computed is recorded as unknown."""
    assert one("f(process.env[key])").name is None


@pytest.mark.parametrize(
    ("source", "fallback"),
    [
        ("f(process.env.X || 'local')", "local"),
        ("f(process.env.X ?? `local`)", "local"),
        ("f((process.env.X as string) || 'local')", "local"),
        ("f(process.env.X || 3000)", "3000"),
        ("f(process.env.X || '')", ""),
        ("const { X = 'local' } = process.env", "local"),
        ("const { X: y = 'local' } = process.env", "local"),
        ("process.env.X ||= 'local'", "local"),
        ("process.env.X ? a : b", "guarded"),
        ("if (process.env.X) { start() }", "guarded"),
        ("if (!process.env.X) { console.warn('no') }", "guarded"),
        ("const on = process.env.X === 'yes'", "guarded"),
        ("const on = !!process.env.X", "guarded"),
        ("const on = Boolean(process.env.X)", "guarded"),
        ("const on = process.env.X && other", "guarded"),
        ("const a = process.env.X?.split(',')", "guarded"),
        ("if (!process.env.X) { throw new Error('no') }", None),
        ("f(process.env.X || process.exit(1))", None),
        ("f(process.env.X ?? (() => { throw new Error('no') })())", None),
        ("if (!process.env.X || !y) throw new Error('no')", None),
        ("if (!process.env.X) process.exit(1)", None),
        ("new URL(process.env.X)", None),
        ("const u = `${process.env.X}/path`", None),
        ("const u = process.env.X + '/path'", None),
    ],
)
def test_fallback_says_what_absence_leads_to(source: str, fallback: str | None) -> None:
    """Literals are named, harmless branches are guarded, and a throw is no fallback."""
    assert one(source).fallback == fallback


def test_chain_of_alternatives_ends_in_its_last_literal() -> None:
    """In `A || B || "x"` both variables may be absent."""
    reads = reads_of("f(process.env.A || process.env.B || 'x')")
    assert {(r.name, r.fallback) for r in reads} == {("A", "x"), ("B", "x")}


def test_last_alternative_without_a_literal_must_be_present() -> None:
    """In `A || B` the second variable has nothing behind it."""
    reads = {r.name: r.fallback for r in reads_of("f(process.env.A || process.env.B)")}
    assert reads["A"] == "process.env.B"
    assert reads["B"] is None


def test_read_inside_a_tested_branch_is_guarded() -> None:
    """`X ? use(X) : none` never uses an absent value."""
    reads = reads_of("const c = process.env.X ? make(process.env.X) : null")
    assert [r.fallback for r in reads] == ["guarded"]


@pytest.mark.parametrize(
    ("source", "at_load"),
    [
        ("make(process.env.X)", True),
        ("(() => { make(process.env.X) })()", True),
        ("(async function () { make(process.env.X) }())", True),
        ("class A { static s = process.env.X }", True),
        ("class A { s = process.env.X }", False),
        ("class A { m() { return process.env.X } }", False),
        ("function f() { return process.env.X }", False),
        ("export const GET = async () => make(process.env.X)", False),
        ("if (a) { make(process.env.X) }", True),
    ],
)
def test_module_scope_is_what_runs_at_load(source: str, *, at_load: bool) -> None:
    """Only code outside functions, or in functions called at once, runs at load."""
    assert one(source).module_scope is at_load


T3 = """
export const env = createEnv({
  server: {
    AUTH_SECRET:
      process.env.NODE_ENV === "production" ? z.string() : z.string().optional(),
    DATABASE_URL: z.string().url(),
    NODE_ENV: z.enum(["a", "b"]).default("a"),
  },
  client: { NEXT_PUBLIC_X: z.string().min(1).optional() },
  runtimeEnv: { NEXT_PUBLIC_X: process.env.NEXT_PUBLIC_X },
});
"""


def test_created_env_gives_one_key_per_variable() -> None:
    """Sections of createEnv are schemas, and a choice tolerates absence only on both sides."""
    keys = {r.name: (r.line, r.fallback) for r in reads_of(T3) if r.form == "validator"}
    assert keys == {
        "AUTH_SECRET": (4, None),
        "DATABASE_URL": (6, None),
        "NODE_ENV": (7, "a"),
        "NEXT_PUBLIC_X": (9, "optional"),
    }


def test_optional_key_makes_its_input_optional() -> None:
    """A read that feeds an optional schema key may be absent."""
    inputs = [r for r in reads_of(T3) if r.form == "process.env" and r.name == "NEXT_PUBLIC_X"]
    assert [r.fallback for r in inputs] == ["optional"]


@pytest.mark.parametrize(
    "source",
    [
        "z.object({ K: z.string() }).parse(process.env)",
        "const s = z.object({ K: z.string() }); const r = s.safeParse(process.env)",
        "const s = z.object({ K: z.string() }).strict(); s.parse({ ...rest, ...process.env })",
        "cleanEnv(process.env, { K: str() })",
        "v.parse(v.object({ K: v.string() }), process.env)",
        "const b = z.object({ Z: z.string() }); b.extend({ K: z.string() }).parse(process.env)",
        "export default { env: { schema: { K: envField.string({ context: 'server' }) } } }",
    ],
)
def test_schemas_of_common_validators_are_read(source: str) -> None:
    """Whatever library checks the variables, its keys are reads that must be present."""
    keys = {r.name: r.fallback for r in reads_of(source) if r.form == "validator"}
    assert keys["K"] is None


@pytest.mark.parametrize(
    "value",
    [
        "z.string().optional()",
        "z.coerce.number().default(3)",
        "z.optional(z.string())",
        "str({ default: 'x' })",
    ],
)
def test_tolerant_schema_entries_have_a_fallback(value: str) -> None:
    """Optional entries and defaults tolerate absence."""
    reads = reads_of(f"z.object({{ K: {value} }}).parse(process.env)")
    assert [r.fallback is not None for r in reads if r.form == "validator"] == [True]


def test_unrelated_schema_is_no_validator_of_variables() -> None:
    """A schema that something else is held against says nothing about variables."""
    source = "z.object({ K: z.string() }).parse(body); f(process.env.A)"
    assert [r.name for r in reads_of(source)] == ["A"]


def test_file_reached_from_a_client_directive_is_client() -> None:
    """What a client component imports is part of the client bundle, server actions are not."""
    facts = facts_of(
        {
            **NEXT,
            "app/page.tsx": "import A from './a'; import './server'\nexport default A",
            "app/a.tsx": "'use client'\nimport { u } from '../lib/u'\nimport { s } from './act'",
            "app/act.ts": "'use server'\nf(process.env.ACT)",
            "app/server.ts": "f(process.env.SERVER)",
            "lib/u.ts": "export const u = process.env.NEXT_PUBLIC_U",
        }
    )
    assert {r.name: r.client for r in facts.env_reads} == {
        "NEXT_PUBLIC_U": True,
        "ACT": False,
        "SERVER": False,
    }


def test_everything_below_the_page_of_a_bundle_is_client() -> None:
    """In an application with an HTML page, its modules are client code and its config is not."""
    facts = facts_of(
        {
            **VITE,
            "src/main.tsx": "f(import.meta.env.VITE_A)",
            "vite.config.ts": "const e = loadEnv(m, '.', ''); export default { d: e.B }",
        }
    )
    assert {(r.name, r.client) for r in facts.env_reads} == {("VITE_A", True), ("B", False)}


def test_exported_function_of_a_configuration_runs_at_load() -> None:
    """Whoever loads a configuration calls the function that it exports."""
    source = "export default defineConfig(({ mode }) => ({ a: process.env.X }))"
    files = {"vite.config.ts": source, "server/a.ts": source}
    scopes = {r.file: r.module_scope for r in facts_of({**VITE, **files}).env_reads}
    assert scopes == {"vite.config.ts": True, "server/a.ts": False}


def test_read_that_the_bundler_replaces_needs_no_variable() -> None:
    """What a configuration defines is read under the name that the configuration reads."""
    config = (
        "export default { define: { 'process.env.API_KEY': JSON.stringify(env.REAL_KEY),"
        " 'process.env.SAME': JSON.stringify(process.env.SAME) } }"
    )
    facts = facts_of(
        {
            **VITE,
            "vite.config.ts": "const env = loadEnv(mode, '.', '')\n" + config,
            "src/main.tsx": "f(process.env.API_KEY, process.env.SAME)",
        }
    )
    assert {(r.name, r.file) for r in facts.env_reads} == {
        ("REAL_KEY", "vite.config.ts"),
        ("SAME", "vite.config.ts"),
        ("SAME", "src/main.tsx"),
    }


def test_components_keep_line_numbers_and_scopes() -> None:
    """Scripts and markup of components count lines from the top of the file."""
    vue = "<template>\n</template>\n<script setup lang='ts'>\nf(import.meta.env.VITE_A)\n</script>"
    svelte = "<script>\nf(1)\n</script>\n<p>{import.meta.env.VITE_B}</p>"
    astro = "---\nconst a = process.env.C\n---\n<script>f(import.meta.env.PUBLIC_D)</script>"
    facts = facts_of({"src/a.vue": vue, "src/b.svelte": svelte, "src/c.astro": astro})
    found = {(r.name, r.file, r.line, r.module_scope) for r in facts.env_reads}
    assert found == {
        ("VITE_A", "src/a.vue", 4, False),
        ("VITE_B", "src/b.svelte", 4, False),
        ("C", "src/c.astro", 2, False),
        ("PUBLIC_D", "src/c.astro", 4, True),
    }


def test_database_schema_names_its_variable() -> None:
    """A Prisma schema reads the variable it names."""
    facts = facts_of({"prisma/schema.prisma": 'datasource db {\n  url = env("DATABASE_URL")\n}'})
    assert [(r.name, r.line, r.form) for r in facts.env_reads] == [("DATABASE_URL", 2, "config")]


@given(st.text(alphabet="process.env[]{}()=?:|'`X \n<>!&;=>", max_size=120))
def test_any_text_can_be_read(source: str) -> None:
    """Reading never fails, whatever the text is."""
    reads_of(source)


@pytest.mark.parametrize("opening", ["(", "{", "[", "`${", "a<", "x?", "() => (", "!"])
def test_deep_nesting_is_survived(opening: str) -> None:
    """Source nested without bounds neither exhausts the stack nor takes long."""
    reads_of(opening * 20000 + "process.env.X")


HELPERS = [
    "export function get(name: string) { return process.env[name]; }",
    "export const get = (name) => process.env[name]!;",
    "export function get(name, other) { return process.env[name] ?? other; }",
    "export function get(n = 'X') { const v = process.env[n]; if (!v) throw n; return v; }",
    "const get = function (name) { return process.env[name]; };\nexport { get };",
]


@pytest.mark.parametrize("helper", HELPERS)
def test_a_call_of_a_helper_is_a_read(helper: str) -> None:
    """The call names the variable, in whatever module the helper is."""
    facts = facts_of(
        {
            **VITE,
            "src/env.ts": helper,
            "src/main.ts": (
                "import { get } from './env';\nexport const a = get('API_URL');\n"
                "export function f() { return get('API_KEY') ?? 'none'; }\nother('API_HOST');\n"
            ),
        }
    )
    found = {(r.name, r.line, r.fallback, r.module_scope) for r in facts.env_reads if r.name}
    assert found == {("API_URL", 2, None, True), ("API_KEY", 3, "none", False)}


def test_a_second_argument_stands_in_for_an_absent_value() -> None:
    """What the caller gives beside the name is the fallback."""
    source = "const get = (n, d) => process.env[n] || d;\nget('API_URL', 'http://localhost:1');"
    facts = facts_of({**VITE, "src/main.ts": source})
    (read,) = [r for r in facts.env_reads if r.name]
    assert (read.name, read.fallback) == ("API_URL", "http://localhost:1")


@pytest.mark.parametrize(
    "source",
    [
        "for (const n of ['API_URL', 'API_KEY']) { if (!process.env[n]) throw new Error(n); }",
        (
            "const names = ['API_URL', 'API_KEY'] as const;\n"
            "names.forEach((n) => { if (!process.env[n]) throw new Error(n); });"
        ),
        "['API_URL', 'API_KEY'].filter((n) => !process.env[n]);",
    ],
)
def test_names_in_a_list_are_read_by_the_loop(source: str) -> None:
    """A list of names that a loop looks up is as good as a read of each."""
    reads = [r for r in reads_of(source) if r.name]
    assert {r.name for r in reads} == {"API_KEY", "API_URL"}
    assert all(r.module_scope for r in reads)


@pytest.mark.parametrize(
    "source",
    [
        "const get = (n) => table[n];\nget('API_URL');",
        "const get = (n, k) => process.env[k];\nget('API_URL');",
        "const get = (n) => process.env[n];\nconst other = (n) => n;\nother('API_URL');",
        "names.forEach((n) => process.env[n]);",
    ],
)
def test_other_calls_with_capitals_are_no_reads(source: str) -> None:
    """Only a function that looks its first argument up in the environment reads a variable."""
    facts = facts_of({**VITE, "src/main.ts": source})
    assert [r.name for r in facts.env_reads if r.name] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import OpenAI from 'openai';\nconst ai = new OpenAI();", ["OPENAI_API_KEY"]),
        ("import { OpenAI as A } from 'openai';\nnew A({ baseURL });", ["OPENAI_API_KEY"]),
        ("import OpenAI from 'openai';\nnew OpenAI({ apiKey: key });", []),
        ("import OpenAI from 'openai';\nnew OpenAI({ ...options });", []),
        ("import OpenAI from 'openai';\nnew OpenAI(options);", []),
        ("import { Resend } from 'resend';\nnew Resend();", ["RESEND_API_KEY"]),
        ("import { Resend } from 'resend';\nnew Resend(key);", []),
        ("import { OpenAI } from './mine';\nnew OpenAI();", []),
        (
            (
                "import { ClerkProvider } from '@clerk/nextjs';\n"
                "const a = <ClerkProvider afterSignOutUrl='/'><p /></ClerkProvider>;"
            ),
            ["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"],
        ),
        (
            (
                "import { ClerkProvider } from '@clerk/nextjs';\n"
                "const a = <ClerkProvider publishableKey={key}><p /></ClerkProvider>;"
            ),
            [],
        ),
    ],
)
def test_what_a_library_takes_by_itself_is_a_read(source: str, names: list[str]) -> None:
    """A client without its key reads the variable that its library looks for."""
    facts = facts_of({**VITE, "src/main.tsx": source})
    assert [r.name for r in facts.env_reads] == names

"""Where imports lead, and what a build reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.intake.code import import_chain, near_spelling
from verifier.intake.code_kind import Kind
from verifier.intake.resolve import Resolver

from .code_tree import NEXT, VITE, facts_of, lost, manifests_of, tree_of


def resolved(files: dict[str, str], specifier: str, *, file: str = "src/a.ts") -> str | None:
    """The file that an import in a project leads to."""
    facts = facts_of({**files, file: f"import x from '{specifier}'; use(x)"})
    found = [r.resolved for r in facts.imports if r.file == file]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("specifier", "path"),
    [
        ("./b", "src/b.ts"),
        ("./b.js", "src/b.ts"),
        ("./b.ts", "src/b.ts"),
        ("./d", "src/d/index.tsx"),
        ("./d/", "src/d/index.tsx"),
        ("../top", "top.mjs"),
        ("./x.svg?raw", "src/x.svg"),
        ("./data.json", "src/data.json"),
        ("./style.css", "src/style.css"),
        ("./pkg", "src/pkg/lib/main.js"),
        ("./types", "src/types.d.ts"),
    ],
)
def test_relative_imports_resolve_as_bundlers_do(specifier: str, path: str) -> None:
    """Extensions, index files, folders with a manifest and query suffixes are understood."""
    files = {
        **NEXT,
        "src/b.ts": "",
        "src/d/index.tsx": "",
        "top.mjs": "",
        "src/x.svg": "",
        "src/data.json": "{}",
        "src/style.css": "",
        "src/pkg/package.json": '{"main": "./lib/main"}',
        "src/pkg/lib/main.js": "",
        "src/types.d.ts": "",
    }
    assert resolved(files, specifier) == path


def test_another_case_is_another_name() -> None:
    """A name that differs by case only leads nowhere, and the near spelling is found."""
    files = {**NEXT, "app/page.tsx": "import './header'", "app/Header.tsx": ""}
    facts = facts_of(files)
    assert lost(facts) == ["./header"]
    assert facts.unresolved[0].wanted == "app/header"
    assert near_spelling(tree_of(files), "app/header") == "app/Header.tsx"


def test_near_spelling_is_silent_where_the_path_exists() -> None:
    """A path that leads to a file has no near spelling, and neither has an unknown one."""
    tree = tree_of({"src/Nav.tsx": "", "src/nav/index.ts": ""})
    assert near_spelling(tree, "src/Nav") is None
    assert near_spelling(tree, "src/other") is None


def test_paths_of_tsconfig_with_comments_are_aliases() -> None:
    """Aliases are read through comments, trailing commas and a chain of configurations."""
    files = {
        **NEXT,
        "base.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["./src/*"],}}}',
        "tsconfig.json": '{ // inherits\n "extends": "./base.json", /* no own */ }',
        "src/lib/u.ts": "",
    }
    assert resolved(files, "@/lib/u") == "src/lib/u.ts"


def test_referenced_tsconfig_counts() -> None:
    """A solution file that only references others takes their aliases."""
    files = {
        **VITE,
        "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}',
        "tsconfig.app.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        "src/u.ts": "",
    }
    assert resolved(files, "@/u") == "src/u.ts"


@pytest.mark.parametrize(
    "alias",
    [
        "{ '@': path.resolve(__dirname, './src') }",
        "{ '@': fileURLToPath(new URL('./src', import.meta.url)) }",
        "{ '@': '/src' }",
        "{ '@/': `${__dirname}/src/` }",
        "[{ find: '@', replacement: path.resolve(__dirname, 'src') }]",
    ],
)
def test_literal_aliases_of_a_bundler_are_read(alias: str) -> None:
    """An alias that names its folder by literals is followed."""
    config = f"export default defineConfig({{ resolve: {{ alias: {alias} }} }})"
    files = {**VITE, "vite.config.ts": config, "src/u.ts": ""}
    assert resolved(files, "@/u") == "src/u.ts"


def test_missing_file_behind_an_alias_is_unresolved() -> None:
    """An aliased import whose file is absent leads nowhere."""
    facts = facts_of(
        {
            **NEXT,
            "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
            "app/page.tsx": "import { cn } from '@/lib/utils'; cn()",
        }
    )
    assert lost(facts) == ["@/lib/utils"]
    assert facts.unresolved[0].wanted == "lib/utils"


def test_alias_of_unknown_origin_is_not_unresolved() -> None:
    """A configuration that computes its aliases may know what reading cannot."""
    files = {
        **VITE,
        "vite.config.ts": "export default { resolve: { alias: makeAliases() } }",
        "src/main.tsx": "import x from '@/x'; x()",
    }
    assert lost(facts_of(files)) == []


def test_alias_without_any_configuration_is_unresolved() -> None:
    """Nothing gives `@/` a meaning where no configuration does."""
    assert lost(facts_of({**VITE, "src/main.tsx": "import x from '@/x'; x()"})) == ["@/x"]


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("dayjs", "dayjs"),
        ("dayjs/plugin/utc", "dayjs"),
        ("@scope/name/deep", "@scope/name"),
        ("fs", None),
        ("node:path", None),
        ("fs/promises", None),
        ("virtual:pwa-register", None),
        ("astro:content", None),
        ("$app/navigation", None),
        ("https://esm.sh/x", None),
        ("./b", None),
    ],
)
def test_bare_names_are_packages(specifier: str, package: str | None) -> None:
    """Packages are named with their scope; builtins and virtual modules are none."""
    facts = facts_of({**NEXT, "app/page.ts": f"import x from '{specifier}'; x()", "app/b.ts": ""})
    assert [r.package for r in facts.imports] == [package]
    assert facts.unresolved == ()


def test_workspace_package_leads_to_its_source() -> None:
    """A package of the same repository is a package and a way to its files."""
    files = {
        "apps/web/package.json": '{"dependencies": {"next": "16", "@acme/ui": "workspace:*"}}',
        "apps/web/app/page.tsx": "import { B } from '@acme/ui/button'; import '@acme/ui'; B()",
        "packages/ui/package.json": '{"name": "@acme/ui", "exports": {".": "./dist/index.js",'
        ' "./*": {"types": "./dist/*.d.ts", "default": "./src/*.tsx"}}}',
        "packages/ui/src/button.tsx": "",
        "packages/ui/src/index.ts": "",
    }
    facts = facts_of(files, root="apps/web")
    assert [(r.package, r.resolved) for r in facts.imports] == [
        ("@acme/ui", "packages/ui/src/index.ts"),
        ("@acme/ui", "packages/ui/src/button.tsx"),
    ]


def test_imports_field_maps_internal_names() -> None:
    """A `#name` is looked up in the nearest package.json."""
    files = {
        "package.json": '{"imports": {"#lib/*": {"default": "./src/lib/*.ts"}},'
        ' "dependencies": {"next": "16"}}',
        "src/lib/a.ts": "",
    }
    assert resolved(files, "#lib/a", file="app/page.ts") == "src/lib/a.ts"


def test_symbolic_links_are_followed() -> None:
    """A linked folder leads where it points."""
    facts = facts_of(
        {**NEXT, "app/page.ts": "import '../shared/a'", "lib/a.ts": ""}, links={"shared": "lib"}
    )
    assert [r.resolved for r in facts.imports] == ["lib/a.ts"]


@pytest.mark.parametrize(
    "source",
    [
        "import type { A } from './gone'",
        "import { A } from './gone'; let a: A",
        "import { A } from './gone'",
        "import { type A } from './gone'",
        "export type { A } from './gone'",
        "try { require('./gone') } catch {}",
        "import(/* @vite-ignore */ './gone')",
        "import(`./gone/${name}.js`)",
        "new URL('./gone.wasm', import.meta.url)",
        "import './.generated/x'",
        "import { r } from './+types/route'; r()",
    ],
)
def test_imports_that_no_build_fails_on_are_not_unresolved(source: str) -> None:
    """Erased, caught, hidden and generated imports may lead nowhere."""
    assert facts_of({**NEXT, "app/page.ts": source}).unresolved == ()


@pytest.mark.parametrize(
    "source",
    [
        "import { A } from './gone'; A()",
        "import './gone'",
        "export * from './gone'",
        "const a = require('./gone')",
        "const a = () => import('./gone')",
        "import a = require('./gone'); a()",
        "import { A } from './gone'; const x = <A />",
        "import { A } from './gone'; export { A }",
    ],
)
def test_imports_that_a_build_fails_on_are_unresolved(source: str) -> None:
    """Every way of asking for a value that is not there is reported."""
    assert lost(facts_of({**NEXT, "app/page.tsx": source})) == ["./gone"]


def test_types_are_kept_where_the_compiler_is_told_so() -> None:
    """With verbatim module syntax an import of a type alone remains an import."""
    files = {
        **NEXT,
        "tsconfig.json": '{"compilerOptions": {"verbatimModuleSyntax": true}}',
        "app/page.ts": "import { A } from './gone'; let a: A",
    }
    assert lost(facts_of(files)) == ["./gone"]


def test_unreached_file_is_read_but_not_reachable() -> None:
    """What no entry leads to is told apart from what a build needs."""
    facts = facts_of({**NEXT, "app/page.tsx": "", "lib/old.ts": "import './gone'"})
    assert lost(facts) == []
    assert [r.specifier for r in facts.unresolved] == ["./gone"]


def test_output_of_a_generator_that_a_script_runs_is_not_missing() -> None:
    """A client that `prisma generate` writes at install is absent by design."""
    files = {
        "prisma/schema.prisma": 'generator c {\n  output = "../generated/client"\n}',
        "app/page.ts": "import { P } from '../generated/client'; P()",
    }
    run = '{"dependencies": {"next": "16"}, "scripts": {"postinstall": "prisma generate"}}'
    assert lost(facts_of({**files, "package.json": run})) == []
    assert lost(facts_of({**files, **NEXT})) == ["../generated/client"]


def test_file_that_a_build_script_names_is_not_missing() -> None:
    """A script that runs before the build may write what it mentions."""
    files = {
        "package.json": '{"devDependencies": {"vite": "7"}, "scripts": '
        '{"build": "npm run gen && vite build", "gen": "node scripts/gen.mjs"}}',
        "index.html": VITE["index.html"],
        "scripts/gen.mjs": "writeFileSync(join(dir, 'posts.json'), '')",
        "src/main.tsx": "import p from './posts.json'; p()",
    }
    facts = facts_of(files)
    assert lost(facts) == []
    assert "scripts/gen.mjs" in facts.reachable


@pytest.mark.parametrize(
    ("package", "files", "reached"),
    [
        ("next", {"src/app/a/page.tsx": "", "src/app/a/part.tsx": ""}, {"src/app/a/page.tsx"}),
        ("next", {"app/api/r/route.ts": "", "src/app/page.tsx": ""}, {"app/api/r/route.ts"}),
        ("next", {"pages/a.tsx": "", "pages/api/b.ts": "", "c.ts": ""}, {"pages/a.tsx",
         "pages/api/b.ts"}),
        ("next", {"src/middleware.ts": "", "proxy.ts": "", "next.config.mjs": ""}, {
         "src/middleware.ts", "proxy.ts", "next.config.mjs"}),
        ("astro", {"src/pages/i.astro": "", "src/pages/_p.astro": ""}, {"src/pages/i.astro"}),
        ("@sveltejs/kit", {"src/routes/+page.svelte": "", "src/routes/x.ts": "",
         "src/hooks.server.ts": ""}, {"src/routes/+page.svelte", "src/hooks.server.ts"}),
        ("react-scripts", {"src/index.js": "", "src/App.test.js": ""}, {"src/index.js"}),
        ("vite", {"index.html": "", "api/f.ts": "", "api/_lib.ts": ""}, {"index.html",
         "api/f.ts"}),
        ("@react-router/dev", {"app/root.tsx": "", "app/routes.ts": "[index('home.tsx')]",
         "app/home.tsx": "", "app/lost.tsx": ""}, {"app/root.tsx", "app/routes.ts",
         "app/home.tsx"}),
    ],
)  # fmt: skip
def test_entries_follow_the_framework(
    package: str, files: dict[str, str], reached: set[str]
) -> None:
    """Each framework's own conventions say where a build starts."""
    manifest = f'{{"dependencies": {{"{package}": "1"}}}}'
    facts = facts_of({**files, "package.json": manifest})
    assert facts.entries == frozenset(reached)


def test_globs_and_template_imports_reach_their_files() -> None:
    """A glob leads to the files it matches, not to a missing one."""
    files = {
        **VITE,
        "src/main.tsx": "import.meta.glob('./pages/**/*.tsx'); import(`./loc/${l}.json`)",
        "src/pages/a/b.tsx": "",
        "src/loc/en.json": "{}",
        "src/other.tsx": "",
    }
    facts = facts_of(files)
    assert {"src/pages/a/b.tsx", "src/loc/en.json"} <= facts.reachable
    assert "src/other.tsx" not in facts.reachable


def test_style_sheets_are_followed() -> None:
    """Imports between style sheets count, assets in them only where the bundler fails."""
    files = {
        "src/index.css": "@import './base.css'; @import 'tailwindcss'; a { background: "
        "url(./gone.png) } /* @import './old.css' */",
        "src/base.css": "",
        "src/main.tsx": "import './index.css'",
    }
    facts = facts_of({**VITE, **files})
    assert "src/base.css" in facts.reachable
    assert lost(facts) == []
    assert lost(facts_of({**NEXT, **files, "app/layout.tsx": "import '../src/index.css'"})) == [
        "./gone.png"
    ]


def test_chain_leads_from_an_entry_to_a_file() -> None:
    """The shortest chain of imports is told, and nothing for a file that is not reached."""
    facts = facts_of(
        {
            **NEXT,
            "app/page.tsx": "import './a'",
            "app/a.ts": "import './b'",
            "app/b.ts": "",
            "app/c.ts": "",
        }
    )
    assert import_chain(facts, "app/b.ts") == ("app/page.tsx", "app/a.ts", "app/b.ts")
    assert import_chain(facts, "app/c.ts") == ()


def test_large_and_broken_files_are_named() -> None:
    """A file that is too large or badly merged is listed as unreadable."""
    conflict = "<<<<<<< HEAD\nlet a = 1\n=======\nlet a = 2\n>>>>>>> other\n"
    facts = facts_of({**NEXT, "app/page.tsx": conflict, "big.ts": "let a = 1\n" * 200_000})
    assert facts.unreadable == ("app/page.tsx", "big.ts")


def test_minified_bundles_are_left_out() -> None:
    """Machine-made files say nothing about the project."""
    facts = facts_of({**NEXT, "public/lib.js": "f(process.env.X);" * 5000})
    assert facts.env_reads == ()


def test_circular_configuration_and_links_end() -> None:
    """Configurations that extend each other and links that point in circles do not hang."""
    facts = facts_of(
        {
            **NEXT,
            "tsconfig.json": '{"extends": "./other.json"}',
            "other.json": '{"extends": "./tsconfig.json"}',
            "app/page.ts": "import '../l/x'",
        },
        links={"l": "m", "m": "l"},
    )
    assert lost(facts) == ["../l/x"]


def test_import_out_of_the_repository_is_unresolved() -> None:
    """A path above the repository's root is in no snapshot."""
    assert lost(facts_of({**NEXT, "app/page.ts": "import '../../lib/a'"})) == ["../../lib/a"]


@given(st.text(max_size=60), st.sampled_from(list(Kind)))
def test_any_specifier_can_be_resolved(specifier: str, kind: Kind) -> None:
    """Resolution never fails, and a found path is in the snapshot."""
    tree = tree_of({**NEXT, "src/a.ts": "", "src/lib/index.ts": ""})
    resolver = Resolver(tree, root="", kind=kind, manifests=manifests_of(tree))
    found = resolver.resolve("src/a.ts", specifier)
    assert found.path is None or found.path in tree


def test_thousands_of_files_are_read_in_seconds() -> None:
    """A large application is read without delay, every file of it."""
    body = "import { a } from './f{n}'\nexport const x = () => <div>{a}</div>\n" * 20
    files = {f"app/f{i}.tsx": body.replace("{n}", str(i + 1)) for i in range(1500)}
    facts = facts_of({**NEXT, "app/page.tsx": "import './f0'", **files, "app/f1500.tsx": ""})
    assert len([p for p in facts.reachable if p.startswith("app/f")]) == 1501

"""When a run passed, when it failed, and when it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.observe_runs import failed_install, made_run
from verifier.model.outcome import Outcome, Stage, Status, UnresolvedReason
from verifier.model.run import BuilderError, SpawnEvent
from verifier.observe import observe

NPM_503 = (
    "npm error code E503\nnpm error 503 Service Unavailable - GET https://registry.example/x\n"
)


def _outcome(folder: Path, log: str, **rest: Any) -> Outcome:
    return observe(made_run(folder, log, **rest)).outcome


def _class(outcome: Outcome) -> tuple[str, str]:
    assert outcome.signature is not None, outcome
    return outcome.signature.error_class, outcome.signature.subject


def test_trouble_of_the_engine_says_nothing_of_the_project(tmp_path: Path) -> None:
    """A run that the engine ended is unresolved, whatever its log says."""
    outcome = _outcome(
        tmp_path,
        "Module not found: Can't resolve 'x'",
        infra=UnresolvedReason.ENGINE_LOST,
        infra_detail="gone",
    )
    assert outcome.reason is UnresolvedReason.ENGINE_LOST


def test_exit_zero_is_a_pass_whatever_the_log_says(tmp_path: Path) -> None:
    """A project that prints errors and exits with 0 has passed."""
    assert _outcome(tmp_path, "Error: all is lost\n" + NPM_503, exit_code=0).is_pass


def test_a_run_without_an_exit_code_is_unresolved(tmp_path: Path) -> None:
    """A run that nobody saw end says nothing."""
    assert _outcome(tmp_path, "", exit_code=None).reason is UnresolvedReason.OTHER


def test_the_time_limit_of_the_platform_is_a_failure(tmp_path: Path) -> None:
    """A build that takes the platform's 45 minutes has failed."""
    outcome = _outcome(tmp_path, "building", exit_code=None, timed_out=True, seconds=45 * 60.0)
    assert _class(outcome) == ("timed-out", "")


def test_a_shorter_time_limit_says_nothing(tmp_path: Path) -> None:
    """A build that was stopped before the platform would have stopped it is unresolved."""
    outcome = _outcome(tmp_path, "building", exit_code=None, timed_out=True, seconds=60.0)
    assert outcome.reason is UnresolvedReason.TIMEOUT


def test_a_run_killed_for_memory_is_out_of_memory(tmp_path: Path) -> None:
    """The engine's word about memory outranks the log."""
    outcome = _outcome(tmp_path, "Error: worker died", exit_code=1, oom_killed=True)
    assert _class(outcome)[0] == "out-of-memory"


@pytest.mark.parametrize(
    ("log", "code"),
    [
        ("Killed", 137),
        ("Next.js build worker exited with code: null and signal: SIGKILL", 1),
        ("", 137),
    ],
)
def test_a_kill_within_the_limit_is_nobodys_fault(log: str, code: int, tmp_path: Path) -> None:
    """The kernel counts kills for the run's own limit; another one came from outside."""
    outside = _outcome(tmp_path, log, exit_code=code, peak_memory_mib=300)
    assert outside.reason is UnresolvedReason.KILLED
    inside = _outcome(tmp_path, log, exit_code=code, peak_memory_mib=1024, oom_killed=True)
    assert _class(inside)[0] == "out-of-memory"


def test_a_full_heap_is_the_projects(tmp_path: Path) -> None:
    """A heap that is full ends the process itself, whatever the kernel counts."""
    log = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"
    outcome = _outcome(tmp_path, log, exit_code=134, peak_memory_mib=300)
    assert _class(outcome)[0] == "out-of-memory"


@pytest.mark.parametrize(
    "code", ["E429", "E503", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "EINTEGRITY"]
)
def test_trouble_with_the_registry_is_unresolved(code: str, tmp_path: Path) -> None:
    """An install that the registry let down says nothing of the project."""
    log = f"npm error code {code}\nnpm error GET https://registry.example/x\n"
    outcome = _outcome(tmp_path, log, **failed_install())
    assert outcome.reason is UnresolvedReason.REGISTRY


@pytest.mark.parametrize(
    "line",
    [
        " ERR_PNPM_FETCH_503  GET https://registry.example/x: Service Unavailable - 503",
        " ERR_PNPM_META_FETCH_FAIL  GET https://registry.example/x: request failed, timeout",
        'error An unexpected error occurred: "https://registry.example/x: ETIMEDOUT".',
    ],
)
def test_other_managers_are_understood_too(line: str, tmp_path: Path) -> None:
    """Trouble with the registry is known in the words of every manager."""
    outcome = _outcome(tmp_path, line, **failed_install("pnpm install"))
    assert outcome.reason is UnresolvedReason.REGISTRY


def test_a_full_disk_is_unresolved(tmp_path: Path) -> None:
    """A disk without space says nothing of the project."""
    log = "npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write\n"
    outcome = _outcome(tmp_path, log, **failed_install())
    assert outcome.reason is UnresolvedReason.DISK_FULL


@pytest.mark.parametrize(
    ("code", "expected"), [("E404", "package-not-found"), ("E403", "private-package")]
)
def test_a_package_nobody_may_have_is_the_projects_fault(
    code: str, expected: str, tmp_path: Path
) -> None:
    """A registry that answers that there is no such package has answered."""
    log = f"npm error code {code}\nnpm error {code[1:]} GET https://registry.example/@acme%2fui\n"
    outcome = _outcome(tmp_path, log, **failed_install())
    assert _class(outcome) == (expected, "@acme/ui")


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        (
            'error An unexpected error occurred: "https://registry.example/@acme%2fui: Not found".',
            "@acme/ui",
        ),
        ("➤ YN0035: │ @acme/ui@npm:1.0.0: Package not found", "@acme/ui"),
        ('error Couldn\'t find package "left-pda" on the "npm" registry.', "left-pda"),
    ],
)
def test_a_package_that_yarn_cannot_find_is_named(line: str, subject: str, tmp_path: Path) -> None:
    """A package that does not exist is the project's fault in yarn's words, too."""
    outcome = _outcome(tmp_path, line, **failed_install("yarn install"))
    assert _class(outcome) == ("package-not-found", subject)


def test_a_build_cannot_blame_the_registry(tmp_path: Path) -> None:
    """A build that prints npm's words and then fails of its own has failed."""
    outcome = _outcome(tmp_path, NPM_503 + "TypeError: no such thing\n")
    assert outcome.is_fail


def test_an_install_script_cannot_blame_the_registry(tmp_path: Path) -> None:
    """npm's own last word counts, not what a script printed before it."""
    log = (
        NPM_503
        + "npm error code 1\nnpm error path /vercel/path0\nnpm error command failed\n"
        + "npm error command sh -c node gen.js\n"
    )
    outcome = _outcome(tmp_path, log, **failed_install())
    assert outcome.is_fail


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("Error: getaddrinfo ENOTFOUND api.acme.com", "api.acme.com"),
        ("Failed to fetch `Inter` from Google Fonts.", "fonts.googleapis.com"),
        (
            "fatal: unable to access 'https://github.com/a/b/': Could not resolve host: github.com",
            "github.com",
        ),
        (
            "Error: request to https://binaries.prisma.sh/x failed, reason: connect ETIMEDOUT",
            "binaries.prisma.sh",
        ),
        ("Error: connect ETIMEDOUT 93.184.215.14:443", "93.184.215.14"),
    ],
)
def test_a_host_that_cannot_be_reached_from_here_is_unresolved(
    line: str, host: str, tmp_path: Path
) -> None:
    """A build that needs the open internet says nothing where there is none."""
    outcome = _outcome(tmp_path, line)
    assert outcome.reason is UnresolvedReason.NETWORK
    assert host in outcome.detail


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", "127.0.0.1:5432"),
        ("Error: connect ECONNREFUSED ::1:3000", "[::1]:3000"),
        ("Error: getaddrinfo ENOTFOUND postgres", "postgres"),
        ("Can't reach database server at `localhost:5432`", "localhost:5432"),
    ],
)
def test_a_service_of_the_developer_is_the_projects_fault(
    line: str, subject: str, tmp_path: Path
) -> None:
    """A build that needs the developer's own network fails everywhere else."""
    assert _class(_outcome(tmp_path, line)) == ("connection-refused", subject)


def test_a_fault_of_the_project_outranks_the_network(tmp_path: Path) -> None:
    """A missing module is a failure, though a font could not be fetched either."""
    log = (
        "Failed to compile.\n\napp/layout.jsx\n`next/font` error:\n"
        "Failed to fetch `Inter` from Google Fonts.\n\n\n"
        "./app/page.jsx\nModule not found: Can't resolve 'dayjs'\n"
    )
    assert _class(_outcome(tmp_path, log)) == ("module-not-found", "dayjs")


def test_warnings_are_no_errors(tmp_path: Path) -> None:
    """What a build warned about while it compiled is not why it failed later."""
    log = (
        " ⚠ Compiled with warnings in 3s\n\n./node_modules/x/index.js\n"
        "Module not found: Can't resolve 'encoding' in '/vercel/path0/node_modules/x'\n\n"
        "   Collecting page data ...\nError: DATABASE_URL is not set\n"
        "[Error: Failed to collect page data for /api/x] { type: 'Error' }\n"
    )
    outcome = _outcome(tmp_path, log)
    assert _class(outcome) == ("missing-env", "DATABASE_URL")
    assert outcome.signature is not None
    assert outcome.signature.stage is Stage.PRERENDER
    assert "/api/x" in outcome.signature.line


def test_harmless_noise_of_dynamic_pages_is_no_error(tmp_path: Path) -> None:
    """What Next.js throws to learn that a page is dynamic is never the cause."""
    log = (
        "Error: Dynamic server usage: Route /a couldn't be rendered statically because it used"
        " `cookies`.\n  digest: 'DYNAMIC_SERVER_USAGE'\n"
        'Error occurred prerendering page "/b". Read more: https://nextjs.org/docs\n'
        "TypeError: Cannot read properties of undefined (reading 'y')\n"
    )
    assert _class(_outcome(tmp_path, log)) == ("prerender-error", "/b")


def test_the_platforms_code_outranks_the_log(tmp_path: Path) -> None:
    """A builder error with a code of its own is the failure, whatever the build printed."""
    error = BuilderError(
        code="STATIC_BUILD_NO_OUT_DIR",
        message='No Output Directory named "dist" found after the Build completed.',
    )
    outcome = _outcome(
        tmp_path,
        "Error: just talking\n✓ built in 1.2s\n",
        driver="platform",
        steps=(),
        spawns=(SpawnEvent(phase="build", command="npm run build", exit_code=0, seconds=1.0),),
        builder_error=error,
    )
    assert _class(outcome) == ("output-dir-missing", "dist")
    assert outcome.signature is not None
    assert outcome.signature.stage is Stage.PACKAGE


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Error: Missing required environment variables: AUTH_SECRET, DATABASE_URL",
            ("missing-env", "AUTH_SECRET,DATABASE_URL"),
        ),
        ("Error: Environment variable not found: DATABASE_URL.", ("missing-env", "DATABASE_URL")),
        ("[EnvInvalidVariables] DATABASE_URL is missing", ("missing-env", "DATABASE_URL")),
        (
            "Error: please set the STRIPE_SECRET_KEY in your environment",
            ("missing-env", "STRIPE_SECRET_KEY"),
        ),
        ("Error: `MONGODB_URI` must be defined", ("missing-env", "MONGODB_URI")),
        ("Error: Neither apiKey nor config.authenticator provided", ("sdk-without-key", "apiKey")),
        (
            "Error: The OPENAI_API_KEY environment variable is missing or empty; either provide it",
            ("sdk-without-key", "OPENAI_API_KEY"),
        ),
        ("sh: 1: prisma: not found", ("command-not-found", "prisma")),
        ("sh: ./build.sh: Permission denied", ("permission-denied", "build.sh")),
        (
            "Error: EROFS: read-only file system, open '/vercel/path0/data/x.json'",
            ("read-only-filesystem", "data/x.json"),
        ),
        ('error: Script not found "build"', ("missing-script", "build")),
        ("App Router and Pages Router both match path: /", ("conflicting-routes", "/")),
        (
            "app/(shop)/page.tsx doesn't have a root layout. To fix this, add one.",
            ("root-layout-missing", "app/(shop)/page.tsx"),
        ),
        (
            '@prisma/client did not initialize yet. Please run "prisma generate"',
            ("module-not-found", ".prisma/client"),
        ),
        (
            "Cannot find module '../lightningcss.linux-x64-gnu.node'",
            ("native-binary-missing", "lightningcss-linux-x64-gnu"),
        ),
    ],
)
def test_one_line_is_enough(line: str, expected: tuple[str, str], tmp_path: Path) -> None:
    """A single telling line leads to its class and subject."""
    assert _class(_outcome(tmp_path, f"> build\n{line}\n")) == expected


@pytest.mark.parametrize(
    "line",
    [
        "ReferenceError: API_BASE is not defined",
        "TypeError: Cannot read properties of undefined (reading 'API_KEY')",
        "Error: request failed with ERR_BAD_REQUEST",
    ],
)
def test_not_every_word_in_capitals_is_a_variable(line: str, tmp_path: Path) -> None:
    """Names of code and of error codes are not taken for environment variables."""
    assert _class(_outcome(tmp_path, line))[0] not in {"missing-env", "env-validation"}


def test_a_task_that_went_well_does_not_hide_another_that_failed(tmp_path: Path) -> None:
    """Where tasks write at once, a later mark of success says nothing about an earlier error."""
    log = (
        "web:build: cache miss, executing 4a3ce35ae102fa1d\n"
        "docs:build: cache miss, executing 4a3ce35ae102fa1e\n"
        "web:build: ./app/page.tsx\n"
        "web:build: Module not found: Can't resolve 'dayjs'\n"
        "docs:build: ✓ Compiled successfully in 3.1s\n"
        " ERROR  run failed: command exited (1)\n"
    )
    assert _class(_outcome(tmp_path, log)) == ("module-not-found", "dayjs")


def test_a_file_behind_an_alias_is_a_module(tmp_path: Path) -> None:
    """A bundler that resolved an alias and found no file there lacks a module."""
    log = (
        "[vite:load-fallback] Could not load /vercel/path0/src/lib/utils (imported by src/App.tsx):"
        " ENOENT: no such file or directory, open '/vercel/path0/src/lib/utils'\n"
    )
    seen = observe(made_run(tmp_path, log))
    assert _class(seen.outcome) == ("module-not-found", "src/lib/utils")
    assert seen.errors[0].location == "src/App.tsx"


def test_quoted_source_and_commands_are_no_messages(tmp_path: Path) -> None:
    """A line of code or a command that holds an error's words is not the error."""
    log = (
        "> node -e \"console.error('API_URL is not set')\"\n"
        "/vercel/path0/check.js:3\n"
        "  throw new Error('OTHER_NAME is required');\n"
        "  > 4 | if (!x) throw new Error('THIRD_NAME is required')\n"
        + "var a=1;"
        * 300
        + "'LAST_NAME is required'\n"
        "TypeError: no such thing\n"
    )
    assert _class(_outcome(tmp_path, log))[0] == "unclassified"


@pytest.mark.parametrize(
    "last",
    [
        "error Command failed with exit code 1.",
        " ELIFECYCLE  Command failed with exit code 1.",
        'error: script "build" exited with code 1',
    ],
)
def test_that_a_script_failed_is_no_explanation(last: str, tmp_path: Path) -> None:
    """What a manager says of a script that failed explains nothing."""
    outcome = _outcome(tmp_path, f"$ node build.mjs\nbye\n{last}\n")
    assert _class(outcome) == ("script-failed", "node build.mjs")


def test_nothing_known_is_a_failed_script(tmp_path: Path) -> None:
    """A command that fails without a telling word is named itself."""
    outcome = _outcome(tmp_path, "> app@1.0.0 build\n> node build.mjs\n\nbye\n", exit_code=3)
    assert _class(outcome) == ("script-failed", "node build.mjs")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    log=st.lists(
        st.one_of(
            st.text(max_size=80),
            st.sampled_from(
                [
                    "Error: x",
                    "npm error code E404",
                    "❌ Invalid environment variables: [",
                    "]",
                    "Module not found: Can't resolve ''",
                    "Type error: ",
                    "ZodError: [",
                    "{",
                    "}",
                ]
            ),
        ),
        max_size=20,
    ),
    exit_code=st.sampled_from([None, 0, 1, 127, 137]),
    oom_killed=st.booleans(),
)
def test_no_log_can_raise(
    log: list[str], exit_code: int | None, oom_killed: bool, tmp_path: Path
) -> None:
    """Whatever a project prints, observing it gives an outcome."""
    run = made_run(
        tmp_path,
        "\n".join(log).encode("utf-8", "replace").decode(),
        exit_code=exit_code,
        oom_killed=oom_killed,
    )
    seen = observe(run)
    assert seen.outcome.status in Status
    assert seen.outcome.is_pass == (exit_code == 0)
    assert len(seen.log) <= 4000


@pytest.mark.parametrize(
    ("log", "error"),
    [
        ("Error: Couldn't parse JSON file /vercel/path0/vercel.json.\n", None),
        (
            "Error: [invalid_function] Function must contain at least one property.\n",
            BuilderError(
                code="invalid_function", message="Function must contain at least one property."
            ),
        ),
    ],
)
def test_a_refused_configuration_is_told_from_a_failed_compile(
    log: str, error: BuilderError | None, tmp_path: Path
) -> None:
    """The platform's own words about vercel.json are read as such."""
    outcome = _outcome(tmp_path, log, exit_code=1, builder_error=error)
    assert _class(outcome) == ("invalid-configuration", "vercel.json")
    assert outcome.signature is not None
    assert outcome.signature.stage is Stage.TOOLCHAIN

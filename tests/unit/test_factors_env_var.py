"""Changes of environment variables."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plan_world import World, broken, reads, repaired, revealed
from verifier.factors._dotenv import assignments, without_assignment
from verifier.factors._dummies import dummy_value, expects_url, is_switch, shape_of
from verifier.model.change import RemedyKind

READ = reads(("API_URL", "lib/api.ts", 3), module_scope=True)
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)


def test_variable_of_an_ignored_file_is_a_change_both_ways() -> None:
    """The repair sets it in the process; the break takes it out of the file."""
    world = World(disk={".env.local": "API_URL=https://a.example\nB=2\n"}, env_reads=READ)
    clean, local, changes = world.sides()
    change = changes["env-var:API_URL"]
    assert revealed(repaired(change, clean), "API_URL") == "https://a.example"
    source = broken(change, local).source
    assert source.text(".env.local") == "B=2\n"
    assert source.entries[".env.local"].secret
    assert change.locations == ("lib/api.ts:3", ".env.local:1")


def test_no_value_shows_in_a_change() -> None:
    """Titles, remedies and reprs hold names only."""
    world = World(disk={".env.local": "API_URL=https://hunter2.example\n"}, env_reads=READ)
    assert "hunter2" not in repr(world.changes("env-var"))


def test_read_variable_is_a_change_without_a_local_side() -> None:
    """Where nothing local is known the repair is a value of the right shape."""
    world = World(env_reads=READ)
    change = world.alone()["env-var:API_URL"]
    assert change.break_local is None
    assert change.remedy_kind is RemedyKind.PLATFORM
    assert "lib/api.ts:3, a URL" in change.remedy_summary
    assert revealed(repaired(change, world.plan().clean), "API_URL") == "https://example.com"


def test_same_value_on_both_sides_is_no_change() -> None:
    """A variable that both builds see alike has no factor."""
    world = World(
        disk={".env.local": "API_URL=https://a.example\n"},
        production={"API_URL": "https://a.example"},
        env_reads=READ,
    )
    assert not world.changes("env-var")


def test_committed_file_serves_both_sides() -> None:
    """A variable in a committed .env is there on the platform too."""
    world = World(committed={".env": "API_URL=https://a.example\n"}, env_reads=READ)
    assert not world.changes("env-var")


def test_local_override_of_a_committed_value_breaks_to_the_committed_one() -> None:
    """The clean value goes into the process, where it is stronger than any file."""
    world = World(
        committed={".env": "API_URL=https://a.example\n"},
        disk={".env.local": "API_URL=https://b.example\n"},
        env_reads=READ,
    )
    _, local, changes = world.sides()
    made = broken(changes["env-var:API_URL"], local)
    assert revealed(made, "API_URL") == "https://a.example"
    assert made.source.text(".env") == "API_URL=https://a.example\n"
    assert made.source.text(".env.local") == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [("", "empty value"), ("a.example", "promises"), ('"https://x"', "promises"), (None, "hidden")],
)
def test_present_is_told_from_usable(value: str | None, words: str) -> None:
    """Empty, malformed and hidden values are findings of their own."""
    world = World(production={"API_URL": value}, env_reads=READ)
    change = world.alone()["env-var:API_URL"]
    assert words in change.stands_for
    wanted = RemedyKind.NONE if value is None else RemedyKind.PLATFORM
    assert change.remedy_kind is wanted


def test_malformed_value_is_mended_not_replaced() -> None:
    """A host name gets its scheme, quotes go away."""
    world = World(production={"API_URL": "a.example", "B_URL": "'https://b.example'"})
    clean, changes = world.plan().clean, world.alone()
    assert revealed(repaired(changes["env-var:API_URL"], clean), "API_URL") == "https://a.example"
    assert revealed(repaired(changes["env-var:B_URL"], clean), "B_URL") == "https://b.example"


def test_other_scope_is_mentioned() -> None:
    """A variable that only Preview has is described as such."""
    world = World(env_reads=READ, scopes={"preview": frozenset({"API_URL"})})
    assert "set for preview" in world.alone()["env-var:API_URL"].stands_for


@pytest.mark.parametrize("name", ["NODE_ENV", "CI", "VERCEL_URL", "NEXT_PUBLIC_VERCEL_ENV", "HOME"])
def test_names_of_the_platform_are_no_factors(name: str) -> None:
    """Nobody sets these for a project."""
    assert not World(env_reads=reads((name, "a.ts", 1))).alone().get(f"env-var:{name}")


def test_switch_that_is_nowhere_set_is_left_off() -> None:
    """Turning on what skips a check would make anything green."""
    names = ("SKIP_ENV_VALIDATION", "ANALYZE", "NEXT_PUBLIC_ENABLE_X")
    world = World(env_reads=reads(*((n, "a.ts", 1) for n in names)))
    assert not [i for i in world.alone() if i.startswith("env-var:")]


def test_needed_reads_weigh_more_than_guarded_ones() -> None:
    """A read at module scope without a default is likelier to break the build."""
    rows = (
        *reads(("A_KEY", "a.ts", 1), module_scope=True),
        *reads(("B_KEY", "b.ts", 1)),
        *reads(("C_KEY", "c.ts", 1), fallback="x"),
    )
    found = World(env_reads=rows).alone()
    priors = [found[f"env-var:{n}"].prior for n in ("A_KEY", "B_KEY", "C_KEY")]
    assert priors == sorted(priors, reverse=True)
    assert len(set(priors)) == 3


def test_unreached_reads_do_not_count() -> None:
    """Only code that something leads to can need a variable."""
    world = World(env_reads=READ, reachable=frozenset({"app/page.tsx"}))
    assert "env-var:API_URL" not in world.alone()


def test_sample_files_promise_nothing() -> None:
    """Names in .env.example are no local values."""
    world = World(disk={".env.example": "OTHER=1\n"})
    assert not world.changes("env-var")


@given(st.dictionaries(NAMES, st.from_regex(r"[a-z0-9 ]{0,9}", fullmatch=True), max_size=6))
def test_removing_assignments_commutes(values: dict[str, str]) -> None:
    """Whatever the order of removals, the same text is left."""
    text = "# head\n" + "".join(f'{n}="{v}"\n' for n, v in values.items()) + "# end\n"
    forward = backward = text
    for name in values:
        forward = without_assignment(forward, name)
    for name in reversed(list(values)):
        backward = without_assignment(backward, name)
    assert forward == backward == "# head\n# end\n"


def test_multiline_values_are_one_assignment() -> None:
    """A key over several lines goes away as a whole."""
    text = 'A=1\nexport KEY="-----BEGIN\nxyz=\n-----END"\nB=2 # note\nC: 3\n'
    assert [a.name for a in assignments(text)] == ["A", "KEY", "B", "C"]
    assert without_assignment(text, "KEY") == "A=1\nB=2 # note\nC: 3\n"


@given(st.text(max_size=200))
def test_any_text_can_be_read_as_dotenv(text: str) -> None:
    """Reading never raises, and removing everything found leaves no assignment."""
    names = {a.name for a in assignments(text)}
    for _ in range(5):
        for name in names:
            text = without_assignment(text, name)
        names = {a.name for a in assignments(text)}
    assert not names or len(text) < 200


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("NEXT_PUBLIC_SUPABASE_URL", r"https://\S+\.supabase\.co"),
        ("VITE_SUPABASE_ANON_KEY", r"eyJ[\w-]+\.[\w-]+\.[\w-]+"),
        ("DATABASE_URL", r"postgresql://"),
        ("MONGODB_URI", r"mongodb://"),
        ("REDIS_URL", r"redis://"),
        ("UPSTASH_REDIS_REST_URL", r"https://"),
        ("STRIPE_SECRET_KEY", r"sk_test_"),
        ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", r"pk_test_"),
        ("STRIPE_WEBHOOK_SECRET", r"whsec_"),
        ("OPENAI_API_KEY", r"sk-"),
        ("NEXTAUTH_URL", r"https://"),
        ("NEXTAUTH_SECRET", r".{32}"),
        ("SMTP_PORT", r"587$"),
        ("EMAIL_FROM", r"\S+@example\.com"),
        ("NEXT_PUBLIC_CONVEX_URL", r"https://\S+\.convex\.cloud"),
        ("SENTRY_DSN", r"https://\w+@"),
        ("ENCRYPTION_KEY", r"[0-9a-f]{64}$"),
        ("NEXT_PUBLIC_SITE_URL", r"https://example\.com$"),
        ("CACHE_TTL", r"\d+$"),
    ],
)
def test_dummies_have_the_shape_of_their_name(name: str, pattern: str) -> None:
    """A client that validates its key accepts the dummy."""
    assert re.match(pattern, dummy_value(name))


def test_clerk_dummy_decodes_to_a_host() -> None:
    """Clerk checks the host inside its publishable key."""
    encoded = dummy_value("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY").removeprefix("pk_test_")
    assert base64.b64decode(encoded).endswith(b"$")


def test_default_in_the_code_tells_the_shape() -> None:
    """A literal default says more than a name that says nothing."""
    row = reads(("BACKEND", "a.ts", 1), fallback="http://localhost:8000")
    assert shape_of("BACKEND", row).words == "a URL"
    assert dummy_value("LEVEL", reads(("LEVEL", "a.ts", 1), fallback="warn")) == "warn"
    assert dummy_value("LEVEL", reads(("LEVEL", "a.ts", 1), fallback="optional")) == "example"


@given(NAMES)
def test_every_name_gets_a_dummy(name: str) -> None:
    """A dummy is never empty, and never a made-up host that somebody owns."""
    value = dummy_value(name)
    assert value
    assert expects_url(name) is ("://" in value and ":" in value.split("/")[0])
    assert isinstance(is_switch(name), bool)

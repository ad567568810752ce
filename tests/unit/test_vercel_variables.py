"""Variables the platform puts into a build."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.vercel.limits import Plan, plan_named
from verifier.vercel.variables import (
    BUILD_FLAGS,
    SYSTEM_NAMES,
    CommitFacts,
    is_platform_name,
    prefixed_variables,
    system_variables,
)


def test_host_variables_have_no_scheme() -> None:
    """VERCEL_URL and its like are bare host names."""
    found = system_variables("My App!", CommitFacts(branch="feature/x"))
    assert found["VERCEL_PROJECT_PRODUCTION_URL"] == "my-app.vercel.app"
    assert "://" not in found["VERCEL_URL"]
    assert found["VERCEL_BRANCH_URL"] == "my-app-git-feature-x-owner.vercel.app"


@given(st.text(max_size=80), st.text(max_size=300))
def test_any_name_gives_usable_values(name: str, message: str) -> None:
    """Values are plain text without a null byte, whatever the project is called."""
    found = system_variables(name, CommitFacts(message=message * 10))
    assert set(found) <= SYSTEM_NAMES
    assert all("\0" not in v for v in found.values())
    assert len(found["VERCEL_GIT_COMMIT_MESSAGE"].encode()) <= 2048


def test_prefix_copies_appear_beside_their_origin() -> None:
    """Copies exist for the framework's prefix, and never replace what is set."""
    system = system_variables("app", CommitFacts())
    copies = prefixed_variables({**system, "NEXT_PUBLIC_VERCEL_ENV": "mine"}, "NEXT_PUBLIC_")
    assert copies["NEXT_PUBLIC_VERCEL_URL"] == system["VERCEL_URL"]
    assert "NEXT_PUBLIC_VERCEL_ENV" not in copies
    assert "NEXT_PUBLIC_VERCEL_HASH_SALT" not in copies
    assert copies["TURBO_CI_VENDOR_ENV_KEY"] == "NEXT_PUBLIC_VERCEL_"


def test_no_copies_without_url_or_prefix() -> None:
    """The platform copies only where VERCEL_URL is set and the preset has a prefix."""
    assert prefixed_variables({"VERCEL_ENV": "production"}, "VITE_") == {}
    assert prefixed_variables(system_variables("app", CommitFacts()), None) == {}


def test_build_never_sets_node_env() -> None:
    """The default install must not see NODE_ENV, so the plan leaves it to the builder."""
    assert "NODE_ENV" not in BUILD_FLAGS


def test_platform_names_are_told_from_the_projects() -> None:
    """System variables count as the platform's, with a prefix as well."""
    assert is_platform_name("VERCEL_URL")
    assert is_platform_name("NEXT_PUBLIC_VERCEL_ENV")
    assert is_platform_name("CI")
    assert not is_platform_name("NEXT_PUBLIC_SITE_URL")
    assert not is_platform_name("DATABASE_URL")


def test_unknown_plan_is_the_smallest() -> None:
    """A plan nobody knows is judged by the strictest limits."""
    assert plan_named("Pro") is Plan.PRO
    assert plan_named("gold") is Plan.HOBBY

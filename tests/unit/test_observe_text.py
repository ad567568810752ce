"""Lines lose what differs from run to run, and keep what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.observe import normalise
from verifier.observe._excerpt import HEAD, MIDDLE, TAIL, excerpt, read_lines
from verifier.observe._hosts import host_of, is_private
from verifier.observe._text import MAX_LINE, clean, relative


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("\x1b[31mError: \x1b[1mno\x1b[0m", "Error: no"),
        ("\x1b]8;;https://a.example\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("10%\r50%\r100% done\r", "100% done"),
        ("a\x00b\x08c\u202e", "abc"),
        ("[12:34:56.789] Error: no", "Error: no"),
        ("2026-11-23T12:34:56.789Z Error: no", "Error: no"),
        # Astro's errors follow the page that is being rendered, on its line.
        (
            "\x1b[2m10:00:01\x1b[22m   \x1b[34m└─\x1b[39m /a/index.html\x1b[22mKEY_A is required",
            "KEY_A is required",
        ),
        ("10:00:01   ├─ /a/index.html (+11ms)", "├─ /a/index.html (+11ms)"),
    ],
)
def test_colour_and_control_characters_go(raw: str, plain: str) -> None:
    """Only the words of a line remain."""
    assert clean(raw) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("✓ Compiled successfully in 3.5s", "✓ Compiled successfully in 12.1s"),
        ("Error in /vercel/path0/src/a.ts:1:2", "Error in src/a.ts:1:2"),
        ("Error in /home/kim/src/a.ts", "Error in /Users/sam/src/a.ts"),
        ("connect ECONNREFUSED 127.0.0.1:49152", "connect ECONNREFUSED 127.0.0.1:3000"),
        ("chunk 73938ce8a8eac1ad ready", "chunk 0a938ce8a8eac1ff ready"),
        ("dist/index.js 193.16 kB", "dist/index.js 1.02 kB"),
        ("digest: '3227098399'", "digest: '1'"),
    ],
)
def test_what_differs_from_run_to_run_goes(one: str, other: str) -> None:
    """Two runs of the same project print lines that normalise to the same words."""
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    "line",
    [
        "Module not found: Can't resolve '../components/Header'",
        "./app/page.jsx:1:45",
        "Type error: Type 'string' is not assignable to type 'number'.",
        "ERR_PNPM_OUTDATED_LOCKFILE Cannot install with frozen-lockfile",
    ],
)
def test_words_of_a_message_stay(line: str) -> None:
    """A message without volatile parts is left as it is."""
    assert normalise(line) == line


@given(st.text(max_size=300))
def test_any_text_becomes_one_plain_line(line: str) -> None:
    """A normalised line holds no control characters, and stays within bounds."""
    shown = normalise(line)
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert len(shown) <= MAX_LINE + 200


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/vercel/path0/app/page.jsx", "app/page.jsx"),
        ("file:///vercel/path0/build.mjs", "build.mjs"),
        ("./app/page.jsx", "app/page.jsx"),
        ("node_modules/x/index.js", "node_modules/x/index.js"),
    ],
)
def test_paths_are_shown_from_the_project(path: str, shown: str) -> None:
    """The directory in which a project was built does not show."""
    assert relative(path) == shown


def test_a_long_log_keeps_its_ends_and_its_trouble() -> None:
    """Of a log beyond all bounds, the head, the tail and lines of trouble between remain."""
    count = HEAD + TAIL + 50_000
    lines = ["fine"] * count
    lines[HEAD + 20_000] = "Error: in the middle"
    view = excerpt(lines)
    assert view.total == count
    assert len(view.lines) <= HEAD + TAIL + MIDDLE
    assert "Error: in the middle" in view.lines
    assert view.numbers[-1] == count - 1


def test_a_line_of_many_megabytes_is_cut(tmp_path: Path) -> None:
    """A line without an end costs no more than its first part."""
    log = tmp_path / "log"
    log.write_bytes(b"x" * 20_000_000 + b"\nnext \xff\n")
    first, second = read_lines(log)
    assert len(first) <= 4 * MAX_LINE
    assert second == "next \ufffd"


def test_no_log_is_no_line() -> None:
    """A run without a log has no lines."""
    assert excerpt(read_lines(None)).lines == ()


@pytest.mark.parametrize(
    ("message", "host"),
    [
        ("getaddrinfo ENOTFOUND cms.acme.com", "cms.acme.com"),
        ("connect ECONNREFUSED 127.0.0.1:5432", "127.0.0.1"),
        ("connect ECONNREFUSED ::1:3000", "::1"),
        ("connect ETIMEDOUT 93.184.215.14:443", "93.184.215.14"),
        ("request to https://registry.example/react failed, reason: ", "registry.example"),
        ("ssh: Could not resolve hostname github.com: Name or service not known", "github.com"),
        ("npm error code ECONNREFUSED", ""),
    ],
)
def test_the_host_out_of_reach_is_named(message: str, host: str) -> None:
    """A message about the network names its host."""
    assert host_of(message).startswith(host)
    assert bool(host_of(message)) == bool(host)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "10.0.0.5", "db", "host.docker.internal", "x.test"]
)
def test_hosts_of_the_developer_are_private(host: str) -> None:
    """Loopback, private addresses and names without a domain mean the developer's own network."""
    assert is_private(host)


@pytest.mark.parametrize("host", ["api.stripe.com", "8.8.8.8", "ep-x.eu.aws.neon.tech", ""])
def test_hosts_of_the_internet_are_not_private(host: str) -> None:
    """Public names and addresses are somebody's server."""
    assert not is_private(host)

"""What goes into the image, and what of the host goes with it."""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from verifier.engine.image import (
    HostNetwork,
    container_variables,
    context_archive,
    context_files,
    host_ca_bundle,
    host_network,
    image_context_dir,
    parse_debian_sources,
    parse_npm_settings,
)
from verifier.vercel import image_facts

_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
_KEY = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"


def _network(
    *, certificates: bytes = b"", registry: str | None = None, proxies: Mapping[str, str] = {}
) -> HostNetwork:
    return HostNetwork(certificates=certificates, npm_registry=registry, proxies=proxies)


@pytest.fixture
def without_npm(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "empty")}


def test_the_context_leaves_out_what_only_people_read() -> None:
    """Neither the sources nor the script that refreshes pins reaches the engine."""
    files = context_files(_network())
    assert {"Dockerfile", "pins.json", "vercel-cli/package-lock.json", "npmrc"} <= set(files)
    assert not {"SOURCES.md", "update-pins.py"} & set(files)


def test_equal_contexts_give_equal_bytes() -> None:
    """The archive, and so the image's tag, depends on names and contents only."""
    files = context_files(_network())
    assert context_archive(files) == context_archive(
        {name: files[name] for name in sorted(files, reverse=True)}
    )


def test_a_changed_certificate_gives_another_context() -> None:
    """An image is never reused for other certificates than it was built with."""
    plain = context_archive(context_files(_network()))
    assert plain != context_archive(context_files(_network(certificates=b"x")))


def test_the_trust_variable_is_set_only_with_certificates() -> None:
    """Without certificates of the host the image has no variable the platform lacks."""
    assert b"ENV NODE_EXTRA_CA_CERTS" not in context_files(_network())["Dockerfile"]
    assert b"ENV NODE_EXTRA_CA_CERTS" in context_files(_network(certificates=b"x"))["Dockerfile"]


def test_a_registry_becomes_the_lowest_setting_a_project_can_override() -> None:
    """The registry goes into the user's npm settings, not into a variable."""
    files = context_files(_network(registry="https://npm.example/"))
    assert files["npmrc"] == b"registry=https://npm.example/\n"


def test_the_archive_holds_plain_files_only() -> None:
    """Every member is a regular file owned by root."""
    stream = io.BytesIO(context_archive(context_files(_network())))
    with tarfile.open(fileobj=stream) as archive:
        assert all(member.isfile() and member.uid == 0 for member in archive)


def test_only_certificates_leave_the_bundle(tmp_path: Path, without_npm: dict[str, str]) -> None:
    """A private key beside the certificates stays on the host, and doubles go once."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# a name\n{_CERTIFICATE}{_KEY}{_CERTIFICATE}")
    network = host_network({**without_npm, "SSL_CERT_FILE": str(bundle)})
    assert network.certificates.decode() == _CERTIFICATE
    assert container_variables(network) == {"NODE_EXTRA_CA_CERTS": image_facts.SYSTEM_CA_BUNDLE}


def test_a_bundle_that_is_not_there_is_passed_over(
    tmp_path: Path, without_npm: dict[str, str]
) -> None:
    """The first variable that leads to a file wins."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(_CERTIFICATE)
    environ = {
        **without_npm,
        "NODE_EXTRA_CA_CERTS": str(tmp_path / "none"),
        "REQUESTS_CA_BUNDLE": str(bundle),
    }
    assert host_ca_bundle(environ) == bundle
    assert host_ca_bundle(without_npm) is None


def test_npm_s_certificate_file_counts(tmp_path: Path, without_npm: dict[str, str]) -> None:
    """A `cafile` set for npm is the host's own bundle too."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(_CERTIFICATE)
    assert host_ca_bundle({**without_npm, "npm_config_cafile": str(bundle)}) == bundle


def test_credentials_of_a_registry_stay_on_the_host(without_npm: dict[str, str]) -> None:
    """User and password in the address are dropped, and progress says so."""
    said: list[str] = []
    network = host_network(
        {**without_npm, "NPM_CONFIG_REGISTRY": "https://me:word@npm.example:8443/npm/"},
        progress=said.append,
    )
    assert network.npm_registry == "https://npm.example:8443/npm/"
    assert len(said) == 1


def test_proxies_are_for_the_process_only(without_npm: dict[str, str]) -> None:
    """Proxy variables reach containers and never the image's files."""
    network = host_network({**without_npm, "https_proxy": "http://proxy.example:3128"})
    assert container_variables(network) == {"https_proxy": "http://proxy.example:3128"}
    assert b"proxy.example" not in context_archive(context_files(network))


def test_npm_s_overridden_lines_are_passed_over() -> None:
    """Only the setting in force is read from npm's listing."""
    listing = (
        '; "global" config from /etc/npmrc\n\n'
        '; registry = "https://old.example/" ; overridden by user\n'
        'cafile = "/etc/ca.pem"\n\n'
        '; "user" config from /root/.npmrc\n\n'
        'registry = "https://npm.example/"\n'
        "//npm.example/:_authToken = (protected)\n"
    )
    assert parse_npm_settings(listing) == {
        "registry": "https://npm.example/",
        "cafile": "/etc/ca.pem",
    }


def test_the_host_s_debian_archives_are_used_when_complete() -> None:
    """The archives of Debian 12 are taken, other origins and credentials are not."""
    listing = (
        "Debian bookworm http://deb.example/debian/ bookworm main\n"
        "Debian bookworm http://deb.example/debian/ bookworm main\n"
        "Debian bookworm-security http://me:word@deb.example/sec/ bookworm-security main\n"
        "Other nodistro http://other.example/ nodistro main\n"
    )
    assert parse_debian_sources(listing) == ("deb http://deb.example/debian/ bookworm main",)
    assert parse_debian_sources("Ubuntu noble http://ubuntu.example/ noble main\n") == ()
    assert (
        parse_debian_sources(
            "Debian bookworm-security http://deb.example/sec/ bookworm-security main\n"
        )
        == ()
    )


def test_every_tool_is_pinned_by_version_and_checksum() -> None:
    """Nothing enters the image without an exact version and a checksum, on either machine."""
    pins = json.loads((image_context_dir() / "vercel-build/pins.json").read_text())
    for tool in pins["tools"]:
        assert set(tool["packages"]) in ({"any"}, {"x64", "arm64"}), tool["id"]
        for package in tool["packages"].values():
            assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])


def test_the_lockfile_is_of_the_pinned_command_line_and_names_no_registry() -> None:
    """Lockfile and pins agree, and no committed file says where packages come from."""
    root = image_context_dir() / "vercel-build"
    pins = json.loads((root / "pins.json").read_text())
    lock_text = (root / "vercel-cli/package-lock.json").read_text()
    entry = json.loads(lock_text)["packages"]["node_modules/vercel"]
    assert (entry["version"], entry["integrity"]) == (
        pins["cli"]["version"],
        pins["cli"]["integrity"],
    )
    assert '"resolved"' not in lock_text


def test_the_image_and_the_facts_agree() -> None:
    """The Dockerfile sets what the facts state, and pins cover every major they name."""
    root = image_context_dir() / "vercel-build"
    text = (root / "Dockerfile").read_text()
    for line in (
        f"HOME={image_facts.HOME} ",
        f"TZ={image_facts.TIME_ZONE} ",
        f"LANG={image_facts.LANG} ",
        f"PATH={image_facts.PATH}\n",
        f"WORKDIR {image_facts.WORKDIR}\n",
    ):
        assert line in text
    places = {tool["place"] for tool in json.loads((root / "pins.json").read_text())["tools"]}
    assert {f"/node{major}" for major in image_facts.NODE_MAJORS} <= places
    assert {f"/pnpm{major}" for major in image_facts.PNPM_MAJORS} <= places
    assert set(image_facts.BUN_DIRS) <= places


def test_the_environment_of_this_process_is_not_read(
    monkeypatch: pytest.MonkeyPatch, without_npm: dict[str, str], tmp_path: Path
) -> None:
    """Only the passed environment counts."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(_CERTIFICATE)
    monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(bundle))
    assert host_ca_bundle(without_npm) is None

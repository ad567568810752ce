"""What containers of the project are given, without an engine."""

from __future__ import annotations

import ipaddress
import json
import runpy
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from verifier.cli._topics import topics
from verifier.engine.sandbox import (
    ATTACKS,
    DENIED,
    Reach,
    granted,
    profile,
    reach_of,
    settings,
    usable_proxies,
)
from verifier.model.environment import Limits, Network

_FACTS = {"SecurityOptions": ["name=seccomp,profile=default"], "Architecture": "x86_64"}
_NEVER = frozenset(
    {"keyctl", "add_key", "request_key", "ptrace", "process_vm_readv", "process_vm_writev", "bpf",
     "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "userfaultfd",
     "perf_event_open", "init_module", "finit_module", "delete_module", "kexec_load",
     "kexec_file_load", "open_by_handle_at", "settimeofday", "clock_settime", "reboot", "swapon",
     "acct", "syslog", "quotactl", "sethostname", "iopl", "ioperm", "pidfd_getfd", "kcmp",
     "fsopen", "fsmount", "open_tree", "move_mount", "memfd_secret", "fanotify_init",
     "socketcall", "lookup_dcookie", "mbind"}
)  # fmt: skip


def _entries(action: str) -> list[dict[str, Any]]:
    return [e for e in json.loads(profile())["syscalls"] if e["action"] == action]


def test_the_list_of_calls_is_one_of_allowed_ones() -> None:
    """What is not listed is refused, and what reaches the kernel's inner rooms is not listed."""
    assert json.loads(profile())["defaultAction"] == "SCMP_ACT_ERRNO"
    allowed = {n for e in _entries("SCMP_ACT_ALLOW") for n in e["names"]}
    assert not allowed & {*_NEVER, "clone3", "io_uring_setup"}
    assert {"execve", "openat", "futex", "mmap", "epoll_wait", "statx", "rseq"} <= allowed


def test_sockets_and_processes_are_allowed_by_their_arguments() -> None:
    """No socket, process or persona is allowed without a condition."""
    for name in ("socket", "clone", "personality"):
        found = [e for e in _entries("SCMP_ACT_ALLOW") if name in e["names"]]
        assert found
        assert all(e.get("args") for e in found)


def test_libraries_fall_back_where_a_call_is_only_newer() -> None:
    """Calls with an older way of doing the same answer that they do not exist."""
    soft = {n for e in _entries("SCMP_ACT_ERRNO") if e["errnoRet"] == 38 for n in e["names"]}
    assert soft == {"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"}


def test_an_engine_without_filters_is_not_asked_for_one() -> None:
    """The profile goes only to engines and machines that know it, and the report says so."""
    cases: tuple[dict[str, Any], ...] = (
        {},
        {**_FACTS, "Architecture": "riscv64"},
        {"SecurityOptions": []},
        {**_FACTS, "BuildahVersion": "1.28.2"},
    )
    for facts in cases:
        made = settings(Limits(), Network.FULL, facts)
        assert made["security_opt"] == ["no-new-privileges"]
    assert granted(Limits(), Network.FULL, {}, ())["system_calls"].startswith("not filtered")
    words = granted(Limits(), Network.FULL, _FACTS, ("10.0.0.2 (resolver)",))
    assert words["system_calls"] == "verifier's own list"
    assert "10.0.0.2 (resolver)" in words["network"]


def test_memory_is_bounded_with_swap() -> None:
    """The limit of memory is that of memory and swap together."""
    made = settings(Limits(memory_mib=512), Network.NONE, _FACTS)
    assert made["mem_limit"] == made["memswap_limit"] == "512m"
    assert made["network_mode"] == "none"


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.100.100.200",
     "168.63.129.16", "192.0.0.192", "224.0.0.251", "127.0.0.1", "0.0.0.0", "255.255.255.255",
     "fd00:ec2::254", "fe80::1", "::", "ff02::fb"],
)  # fmt: skip
def test_addresses_near_the_host_are_denied(address: str) -> None:
    """Private networks, neighbours and every cloud's metadata."""
    assert _denied(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "104.16.1.34", "172.32.0.1", "2606:4700::6810:1"])
def test_public_addresses_are_not_denied(address: str) -> None:
    """A build may ask the internet, as on the platform."""
    assert not _denied(address)


def _denied(address: str) -> bool:
    one = ipaddress.ip_address(address)
    nets = [ipaddress.ip_network(n) for n in DENIED]
    return any(one.version == n.version and one in n for n in nets)


def test_what_the_host_needs_stays_in_reach() -> None:
    """A registry and proxies are let through by host and port, credentials left behind."""
    reach = reach_of(
        registry="http://user:pass@10.0.0.9:4873/npm/",
        proxies=["http://proxy.corp:3128", "proxy.corp:3128", "https://secure.corp", "http://[bad"],
    )
    assert reach.endpoints == (("10.0.0.9", 4873), ("proxy.corp", 3128), ("secure.corp", 443))
    assert "pass" not in repr(reach)


def test_an_engine_on_the_network_is_out_of_reach() -> None:
    """Its address is refused even if it is public."""
    assert "203.0.113.7/32" in reach_of(registry=None, engine="tcp://203.0.113.7:2375").own
    assert Reach().own == ()


def test_a_proxy_on_this_host_is_not_passed_on() -> None:
    """In a container its address means the container."""
    given = {
        "HTTP_PROXY": "http://127.0.0.1:3128",
        "ALL_PROXY": "http://localhost:1",
        "HTTPS_PROXY": "http://proxy.corp:3128",
        "NO_PROXY": "localhost",
    }
    assert set(usable_proxies(given)) == {"HTTPS_PROXY", "NO_PROXY"}


def test_the_rules_are_refused_before_they_are_allowed_by_nobody() -> None:
    """Loopback first, then what is let through, then what is denied, with nothing after `only`."""
    place = resources.files("verifier.engine").joinpath("incontainer/seal.py")
    seal = runpy.run_path(str(Path(str(place))))
    rows = list(seal["rules"]([("10.0.0.2", 17, 53)], ["10.0.0.0/8", "fc00::/7"], only=True))
    verdicts = [row[-1] for row in rows]
    accept, refuse = seal["ACCEPT"], seal["REFUSE"]
    assert verdicts == [accept, accept, accept, refuse, refuse, refuse]
    assert rows[-1] == [refuse]


def test_every_attack_says_what_stops_it() -> None:
    """`verifier explain sandbox` lists each."""
    text = topics()["sandbox"]
    assert all(attack in text for attack, _ in ATTACKS)
    assert len(ATTACKS) >= 20

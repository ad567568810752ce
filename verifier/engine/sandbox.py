"""What a container that runs the examined project is given, and what is kept from it.

One place says it for every kind of container: rights, system calls, bounds, and which addresses
may be reached. `granted` puts the same into words for the report.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import docker
import requests
from docker.errors import DockerException
from docker.models.containers import Container
from docker.types import Ulimit

from verifier.engine.meanwhile import meanwhile
from verifier.model.environment import Limits, Network

CAPABILITIES: Final = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID", "KILL")
"""What package managers need as root: to own, to enter and to set modes of files, to become the
owner of a folder for its scripts, and to end what they started so."""

REGISTRIES: Final = (("registry.npmjs.org", 443), ("registry.yarnpkg.com", 443))
"""Where packages come from when nobody says otherwise."""

DENIED: Final = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32",
    "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "224.0.0.0/4", "240.0.0.0/4",
    "::/128", "64:ff9b:1::/48", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)  # fmt: skip
"""Addresses of networks and machines near the host: private, link-local, shared, multicast, and
where clouds keep their metadata. Source: the IANA registries of special-purpose addresses, and
Azure's 168.63.129.16, seen 2026-11."""

ATTACKS: Final = (
    ("read files or variables of the host",
     "nothing of the host is mounted and no variable of it is passed; sources go in as archives"),
    ("read the values of variables from outside the build",
     "they go in with a file removed before anything runs, never into the engine's metadata"),
    ("reach the container engine",
     "its socket is not there, and the host's and the engine's own addresses are refused"),
    ("reach other machines near the host, or a cloud's metadata",
     ("rules inside the run's own network refuse private, link-local and shared addresses; only "
      "the resolver, the proxy and the package registry of this host are let through, by port")),
    ("change those rules, or write packets by hand",
     "no NET_ADMIN and no NET_RAW; raw, packet and netfilter sockets cannot be made"),
    ("carry data out by name look-ups",
     "possible as on the platform; with `--network registry-only` no question leaves"),
    ("mount, unmount, change root, make namespaces",
     "no SYS_ADMIN; the system calls are not on the list of allowed ones"),
    ("trace or read another process, load kernel code",
     "ptrace, process_vm_readv, bpf, perf_event_open, userfaultfd, io_uring are not on the list"),
    ("use the kernel's keyrings",
     "add_key, request_key and keyctl are not on the list"),
    ("use devices",
     "no MKNOD, and the engine gives only the harmless ones"),
    ("gain rights with a set-user-id program",
     "no new privileges for anything that is started"),
    ("have the host handle a crash",
     "the limit for core files tells the kernel to start no handler"),
    ("start processes without end", "the number of processes of a run"),
    ("use up memory", "the memory of a run, swap included"),
    ("use up the disk, by size or by number of files",
     "both are watched from inside each second and measured from outside; the run is stopped"),
    ("build without end, or write a log without end",
     "a time limit; of a long log the first and the last part are kept"),
    ("leave a process behind", ("every run has a container of its own, which is removed with all "
     "that runs in it")),
    ("spoil what the next run starts from",
     ("a snapshot is taken before the build's own commands run, and belongs to one set of install "
     "inputs; package caches live and end with the container")),
    ("leave something that is executed outside",
     "nothing that comes out is executed: it is read as bounded data"),
    ("write to the terminal or to a CI log in verifier's name",
     "control and direction characters and CI commands are made harmless in all that is shown"),
)  # fmt: skip
"""What a hostile project may try, and what stops it."""

_FILTER_MIB: Final = 128
_FILTER_S: Final = 60
_KNOWN_MACHINES: Final = frozenset({"x86_64", "amd64", "aarch64", "arm64"})
_SCRIPT: Final = "seal.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What may be reached although it lies near the host, and what may not although it is public.

    endpoints: host and port of the package registry and of proxies, as this host has them set.
    own: this host's addresses and the engine's.
    """

    endpoints: tuple[tuple[str, int], ...] = ()
    own: tuple[str, ...] = ()


class SealFailure(Exception):
    """The network of a run could not be bounded; nothing of the project may run in it."""


@cache
def profile() -> str:
    """The system calls a run may make, as the engine takes them."""
    text = resources.files("verifier.engine").joinpath("seccomp.json").read_text(encoding="utf-8")
    return json.dumps(json.loads(text))


def clamped(limits: Limits, facts: Mapping[str, Any]) -> Limits:
    """The limits this host can honour; more CPUs than it has are refused by the engine."""
    cpus = min(limits.cpus, float(facts.get("NCPU") or limits.cpus))
    total_mib = int(facts.get("MemTotal") or 0) >> 20
    memory = min(limits.memory_mib, max(512, total_mib - 512)) if total_mib else limits.memory_mib
    return replace(limits, memory_mib=memory, cpus=cpus)


def settings(limits: Limits, network: Network, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a container of the examined project is created with.

    facts: what the engine says of itself.
    """
    return {
        "init": True,
        "mem_limit": f"{limits.memory_mib}m",
        "memswap_limit": f"{limits.memory_mib}m",
        "nano_cpus": int(limits.cpus * 1e9),
        "pids_limit": limits.pids,
        "network_mode": "none" if network is Network.NONE else None,
        "cap_drop": ["ALL"],
        "cap_add": list(CAPABILITIES),
        "security_opt": ["no-new-privileges", *_own_profile(facts)],
        # At 1 the kernel starts no handler of the host's for a core; at 0 it would. The number of
        # open files stays the engine's own: not every engine may set a higher one.
        "ulimits": [Ulimit(name="core", soft=1, hard=1)],
        "hostname": "build",
    }


def _own_profile(facts: Mapping[str, Any]) -> list[str]:
    return [f"seccomp={profile()}"] if _takes_profile(facts) else []


def _takes_profile(facts: Mapping[str, Any]) -> bool:
    """Whether the engine filters system calls on a machine whose calls the profile knows.

    Podman takes a profile only as the name of a file on its own machine, and has one of its own.
    """
    options = facts.get("SecurityOptions") or ()
    known = str(facts.get("Architecture", "")) in _KNOWN_MACHINES
    return known and "BuildahVersion" not in facts and any("seccomp" in str(o) for o in options)


@dataclass(slots=True)
class Seal:
    """Bounds the networks of runs; remembers what was allowed.

    labels: those of the session's containers, so that a helper is found and removed like them.
    """

    client: docker.DockerClient
    image: str
    labels: Mapping[str, str]
    reach: Reach
    allowed: tuple[str, ...] = field(default=(), init=False)

    def apply(self, container: Container, network: Network) -> None:
        """Bound the network of a container in which nothing of the project runs yet.

        Raises:
            SealFailure: it could not be done, with what the engine or the kernel said.

        """
        if network is Network.NONE or network is Network.UNBOUNDED:
            return
        orders = json.dumps(
            {
                "only": network is Network.REGISTRY_ONLY,
                "deny": [*self.reach.own, *DENIED],
                "reach": [*dict.fromkeys((*self.reach.endpoints, *REGISTRIES))],
            }
        )
        try:
            helper = self._start(container, orders)
        except (DockerException, requests.RequestException) as error:
            raise SealFailure(str(getattr(error, "explanation", "") or error)) from error
        try:
            code = int(helper.wait(timeout=_FILTER_S).get("StatusCode", 1))
            said = helper.logs(stdout=True, stderr=True)[-2000:].decode(errors="replace")
        except (DockerException, requests.RequestException) as error:
            raise SealFailure(str(getattr(error, "explanation", "") or error)) from error
        finally:
            # The kernel writes out the engine's whole disk before a container goes, which a run
            # need not wait for; the end of the session finds what is left.
            meanwhile(partial(_remove, helper))
        if code != 0:
            raise SealFailure(said.strip() or f"exit code {code}")
        with contextlib.suppress(ValueError, KeyError, TypeError):
            self.allowed = tuple(str(a) for a in json.loads(said)["allowed"])

    def _start(self, container: Container, orders: str) -> Container:
        helper: Container = self.client.containers.create(
            self.image,
            ["-c", _script(), orders],
            entrypoint=["/usr/bin/python3"],
            labels=dict(self.labels),
            network_mode=f"container:{container.id}",
            cap_drop=["ALL"],
            cap_add=["NET_ADMIN"],
            security_opt=["no-new-privileges"],
            mem_limit=f"{_FILTER_MIB}m",
            memswap_limit=f"{_FILTER_MIB}m",
            pids_limit=16,
            working_dir="/",
        )
        helper.start()
        return helper


def _remove(helper: Container) -> None:
    with contextlib.suppress(DockerException, requests.RequestException):
        helper.remove(force=True, v=True)


@cache
def _script() -> str:
    folder = resources.files("verifier.engine").joinpath("incontainer")
    return folder.joinpath(_SCRIPT).read_text(encoding="utf-8")


def reach_of(
    *, registry: str | None, proxies: Iterable[str] = (), engine: str | None = None
) -> Reach:
    """What runs may reach on a host with these settings.

    registry: the address of the host's package registry, None for the usual one.
    proxies: addresses of the proxies it uses.
    engine: the address of an engine that listens on a network.
    """
    found = [registry, *proxies]
    endpoints = [end for url in found if url and (end := _endpoint(url)) is not None]
    own = dict.fromkeys([*_own_addresses(), *_engine_addresses(engine)])
    return Reach(endpoints=tuple(dict.fromkeys(endpoints)), own=tuple(own))


def usable_proxies(proxies: Mapping[str, str]) -> dict[str, str]:
    """The proxy variables that mean the same in a container: none that names this very host."""
    return {
        name: value
        for name, value in proxies.items()
        if name.upper() == "NO_PROXY" or not _is_loopback(_endpoint(value))
    }


def _is_loopback(endpoint: tuple[str, int] | None) -> bool:
    if endpoint is None:
        return True
    host = endpoint[0]
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _endpoint(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname else None


def _own_addresses() -> Iterator[str]:
    """The addresses of this machine, where the kernel lists them as Linux does."""
    with contextlib.suppress(OSError):
        last = ""
        for line in Path("/proc/net/fib_trie").read_text(encoding="ascii").splitlines():
            words = line.split()
            if words[:1] == ["|--"] and len(words) > 1:
                last = words[1]
            elif words[:3] == ["/32", "host", "LOCAL"] and not last.startswith("127."):
                yield f"{last}/32"
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines():
            with contextlib.suppress(ValueError):
                address = ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))
                if not address.is_loopback:
                    yield f"{address}/128"


def _engine_addresses(engine: str | None) -> Iterator[str]:
    if engine is None or urlsplit(engine).scheme not in {"tcp", "http", "https", "ssh"}:
        return
    host = urlsplit(engine).hostname
    with contextlib.suppress(OSError):
        for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
            address = ipaddress.ip_address(str(row[4][0]).partition("%")[0])
            yield f"{address}/{address.max_prefixlen}"


def granted(
    limits: Limits, network: Network, facts: Mapping[str, Any], allowed: tuple[str, ...]
) -> dict[str, str]:
    """What a run was given, in words."""
    own = _takes_profile(facts)
    filtered = any("seccomp" in str(o) for o in facts.get("SecurityOptions") or ())
    return {
        "capabilities": " ".join(CAPABILITIES),
        "new_privileges": "none",
        "system_calls": "verifier's own list"
        if own
        else "the engine's own list"
        if filtered
        else "not filtered: the engine cannot",
        "mounts": "none of the host",
        "network": _network_words(network, allowed),
        "memory": f"{limits.memory_mib} MiB, no swap",
        "cpus": f"{limits.cpus:g}",
        "processes": str(limits.pids),
        "disk": f"{limits.disk_mib} MiB",
        "files": str(limits.files),
        "log": f"{limits.log_mib} MiB",
        "time": f"{limits.build_s} s",
    }


def _network_words(network: Network, allowed: tuple[str, ...]) -> str:
    near = ", ".join(allowed)
    match network:
        case Network.NONE:
            return "none"
        case Network.UNBOUNDED:
            return "everything the engine's network reaches, as asked for"
        case Network.REGISTRY_ONLY:
            return f"only {near}" if near else "only the package registry"
        case Network.FULL:
            return "public addresses; near the host only " + (near or "the resolver")

"""Bounds what a run may reach, from inside its own network and before anything of it runs.

Started in a container of its own that shares nothing but the network of the run, with the one
right to change it. Talks to nf_tables itself: images have no tool for it, and an engine on another
machine offers no other way in. Never succeeds by half: any error ends it with a message.

Reads its orders as JSON from the first argument and prints what it allows as JSON. Runs with the
image's own Python, 3.9 or newer, and imports nothing of verifier.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Union

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]  # noqa: UP007  (Python 3.9)

TABLE, CHAIN = b"verifier\0", b"out\0"
TCP, UDP, ICMPV6 = 6, 17, 58
NF_TABLES = 10 << 8
NEW_TABLE, NEW_CHAIN, NEW_RULE = NF_TABLES, NF_TABLES | 3, NF_TABLES | 6
BATCH_BEGIN, BATCH_END = 16, 17
REQUEST, ACK, CREATE, APPEND = 1, 4, 0x400, 0x800
BOTH_FAMILIES, ERROR = 1, 2
EQUAL, AT_MOST, AT_LEAST = 0, 3, 5
NETWORK, TRANSPORT = 1, 2
OUT_NAME, FAMILY, PROTOCOL = 7, 15, 16


def number(value: int) -> bytes:
    """A number in the order of the network."""
    return struct.pack(">I", value)


def attribute(kind: int, body: bytes) -> bytes:
    """One attribute of a netlink message."""
    return struct.pack("=HH", 4 + len(body), kind) + body + b"\0" * (-len(body) % 4)


def nested(kind: int, *parts: bytes) -> bytes:
    """An attribute made of attributes."""
    return attribute(kind | 0x8000, b"".join(parts))


def expression(name: bytes, *parts: bytes) -> bytes:
    """One step of a rule."""
    return nested(1, attribute(1, name + b"\0"), nested(2, *parts))


def meta(key: int) -> bytes:
    """Load a fact about the packet."""
    return expression(b"meta", attribute(1, number(1)), attribute(2, number(key)))


def payload(base: int, offset: int, length: int) -> bytes:
    """Load bytes of the packet."""
    places = (1, base, offset, length)
    return expression(b"payload", *(attribute(i + 1, number(v)) for i, v in enumerate(places)))


def mask(bits: bytes) -> bytes:
    """Keep some bits of what was loaded."""
    return expression(
        b"bitwise",
        attribute(1, number(1)),
        attribute(2, number(1)),
        attribute(3, number(len(bits))),
        nested(4, attribute(1, bits)),
        nested(5, attribute(1, bytes(len(bits)))),
    )


def compare(how: int, value: bytes) -> bytes:
    """Go on only if what was loaded compares so."""
    data = nested(3, attribute(1, value))
    return expression(b"cmp", attribute(1, number(1)), attribute(2, number(how)), data)


VERDICT = nested(2, nested(2, attribute(1, number(1))))
ACCEPT = expression(b"immediate", attribute(1, number(0)), VERDICT)
REFUSE = expression(b"reject", attribute(1, number(2)), attribute(2, b"\3"))
"""An answer at once, so that nothing waits for a time-out."""


def destination(network: Network) -> list[bytes]:
    """The steps that match packets to a network."""
    four = network.version == 4
    parts = [meta(FAMILY), compare(EQUAL, bytes([2 if four else 10]))]
    parts.append(payload(NETWORK, 16 if four else 24, 4 if four else 16))
    if network.prefixlen < network.max_prefixlen:
        parts.append(mask(network.netmask.packed))
    return [*parts, compare(EQUAL, network.network_address.packed)]


def port(protocol: int, at: int) -> list[bytes]:
    """The steps that match packets to a port."""
    kind = [meta(PROTOCOL), compare(EQUAL, bytes([protocol]))]
    return [*kind, payload(TRANSPORT, 2, 2), compare(EQUAL, struct.pack(">H", at))]


def rules(
    allowed: list[tuple[str, int, int]], denied: list[str], *, only: bool
) -> Iterator[list[bytes]]:
    """The rules in order; the first that matches decides."""
    yield [meta(OUT_NAME), compare(EQUAL, b"lo".ljust(16, b"\0")), ACCEPT]
    # Finding the neighbour that routes, without which no packet of this family leaves.
    kind = [meta(PROTOCOL), compare(EQUAL, bytes([ICMPV6])), payload(TRANSPORT, 0, 1)]
    yield [*kind, compare(AT_LEAST, b"\x85"), compare(AT_MOST, b"\x88"), ACCEPT]
    for address, protocol, at in allowed:
        yield [*destination(ipaddress.ip_network(address)), *port(protocol, at), ACCEPT]
    for network in denied:
        yield [*destination(ipaddress.ip_network(network)), REFUSE]
    if only:
        yield [REFUSE]


class Batch:
    """Messages that take effect together or not at all."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.add(BATCH_BEGIN, REQUEST, 0, 10, b"")

    def add(self, kind: int, flags: int, family: int, resource: int, body: bytes) -> None:
        """Add any message."""
        head = struct.pack("=BBH", family, 0, socket.htons(resource))
        facts = (16 + len(head) + len(body), kind, flags, len(self.bodies) + 1, 0)
        self.bodies.append(struct.pack("=IHHII", *facts) + head + body)

    def new(self, kind: int, *parts: bytes, append: bool = False) -> None:
        """Add a table, a chain or a rule."""
        flags = REQUEST | ACK | CREATE | (APPEND if append else 0)
        self.add(kind, flags, BOTH_FAMILIES, 0, b"".join(parts))

    def send(self) -> None:
        """Hand all of it to the kernel and wait until it has agreed to each."""
        wanted = len(self.bodies) - 1
        self.add(BATCH_END, REQUEST, 0, 10, b"")
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            link.bind((0, 0))
            link.settimeout(10)
            link.send(b"".join(self.bodies))
            while wanted > 0:
                answer = link.recv(1 << 16)
                while len(answer) >= 20:
                    size, kind = struct.unpack_from("=IH", answer)
                    code = struct.unpack_from("=i", answer, 16)[0]
                    if kind == ERROR and code:
                        raise OSError(-code, "nf_tables refuses a rule")
                    wanted -= kind == ERROR
                    answer = answer[(size + 3) & ~3 :]


def name_servers() -> list[str]:
    """The resolvers that the engine gave the run."""
    lines = Path("/etc/resolv.conf").read_text(encoding="utf-8", errors="replace").splitlines()
    found = [words[1] for words in map(str.split, lines) if words[:1] == ["nameserver"]]
    return [name.partition("%")[0] for name in found]


def addresses(host: str, at: int) -> list[str]:
    """The addresses of a host, none if it has no name here."""
    try:
        found = socket.getaddrinfo(host, at, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(row[4][0]).partition("%")[0] for row in found})


def main() -> None:
    """Set the rules that the orders ask for."""
    orders = json.loads(sys.argv[1])
    only = bool(orders["only"])
    allowed: list[tuple[str, int, int]] = []
    shown: list[str] = []
    named: list[str] = []
    for address in [] if only else name_servers():
        allowed += [(address, UDP, 53), (address, TCP, 53)]
        shown.append(f"{address} (resolver)")
    for host, at in orders["reach"]:
        found = addresses(host, at)
        allowed += [(address, TCP, at) for address in found]
        named += [f"{address} {host}\n" for address in found]
        shown.append(f"{host}:{at}" if found else f"{host}:{at} (no address found)")
    batch = Batch()
    batch.new(NEW_TABLE, attribute(1, TABLE))
    hook = nested(4, attribute(1, number(3)), attribute(2, number(0)))
    place = [attribute(1, TABLE), attribute(3, CHAIN), hook]
    batch.new(NEW_CHAIN, *place, attribute(5, number(1)), attribute(7, b"filter\0"))
    for parts in rules(allowed, orders["deny"], only=only):
        chain = [attribute(1, TABLE), attribute(2, CHAIN)]
        batch.new(NEW_RULE, *chain, nested(4, *parts), append=True)
    batch.send()
    if only:
        # Names go without a resolver, which would carry anything out of here.
        with Path("/etc/hosts").open("a", encoding="utf-8") as hosts:
            hosts.writelines(named)
    sys.stdout.write(json.dumps({"allowed": shown}))


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001  (the one line that the engine's side shows)
        sys.stderr.write(f"{type(error).__name__}: {error}")
        sys.exit(1)

"""What a hostile build tries inside its container; prints one line of JSON for each attempt.

`got` means that the attempt succeeded. Runs with the image's Python and changes nothing for good.
Arguments: address and port of a stand-in for a neighbour of the host, made by the test, and the
test's marks written backwards, so that they are nowhere unless they came from the host.
"""

import ctypes
import errno
import glob
import json
import os
import platform
import socket
import struct
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
CALLS = {  # x86-64, arm64
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "init_module": (175, 105),
    "kexec_load": (246, 104), "open_by_handle_at": (304, 265), "reboot": (169, 142),
    "sethostname": (170, 161), "settimeofday": (164, 170), "swapon": (167, 224), "acct": (163, 89),
    "syslog": (103, 116), "quotactl": (179, 60), "fsopen": (430, 430), "open_tree": (428, 428),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272), "mount_setattr": (442, 442),
    "clone": (56, 220), "clone3": (435, 435), "memfd_secret": (447, 447),
    "fanotify_init": (300, 262),
}  # fmt: skip


def say(name, got, how=""):
    print(
        "ATTEMPT " + json.dumps({"name": name, "got": bool(got), "how": str(how)[:200]}), flush=True
    )


def call(name, *args):
    ctypes.set_errno(0)
    result = LIBC.syscall(CALLS[name][0 if X86 else 1], *args)
    return result, errno.errorcode.get(ctypes.get_errno(), "0")


def system_calls():
    buffer = ctypes.create_string_buffer(256)
    fd = os.open("/", os.O_RDONLY)
    attempts = {
        "ptrace": (16, os.getppid(), 0, 0),
        "process_vm_readv": (os.getppid(), buffer, 1, buffer, 1, 0),
        "add_key": (b"user", b"name", b"body", 4, -3),
        "request_key": (b"user", b"name", None, -3),
        "keyctl": (0, -3, 1),
        "bpf": (5, buffer, 64),
        "perf_event_open": (buffer, 0, -1, -1, 0),
        "userfaultfd": (0,),
        "io_uring_setup": (1, buffer),
        "mount": (b"none", b"/mnt", b"tmpfs", 0, None),
        "umount2": (b"/proc", 2),
        "pivot_root": (b"/mnt", b"/mnt"),
        "chroot": (b"/mnt",),
        "setns": (fd, 0),
        "init_module": (buffer, 16, b""),
        "kexec_load": (0, 0, None, 0),
        "open_by_handle_at": (fd, buffer, 0),
        "sethostname": (b"owned", 5),
        "settimeofday": (None, buffer),
        "swapon": (b"/nothing", 0),
        "acct": (None,),
        "syslog": (3, buffer, 256),
        "quotactl": (0, None, 0, None),
        "fsopen": (b"tmpfs", 0),
        "open_tree": (fd, b"/", 1),
        "pidfd_getfd": (fd, 0, 0),
        "kcmp": (os.getpid(), os.getppid(), 0, 0, 0),
        "mount_setattr": (fd, b"/", 0, buffer, 32),
        "memfd_secret": (0,),
        "fanotify_init": (0, 0),
    }
    for name, args in attempts.items():
        result, code = call(name, *args)
        # A call that reaches the kernel is refused for its arguments, not for being made.
        say("system call " + name, result >= 0 or code not in {"EPERM", "ENOSYS"}, code)
    for flag, name in ((0x10000000, "user"), (0x00020000, "mount"), (0x40000000, "network")):
        result, code = call("unshare", flag)
        say("new %s namespace" % name, result == 0, code)
        result, code = call("clone", flag | 17, None, None, None, None)
        if result == 0:
            os._exit(0)
        say("process in a new %s namespace" % name, result > 0, code)
    result, code = call("clone3", buffer, 88)
    say("system call clone3", code != "ENOSYS", code)


def sockets():
    kinds = {
        "raw IPv4": (socket.AF_INET, socket.SOCK_RAW, 1),
        "raw IPv6": (socket.AF_INET6, socket.SOCK_RAW, 58),
        "packet": (17, socket.SOCK_RAW, 0),
        "virtual machine": (40, socket.SOCK_STREAM, 0),
        "kernel crypto": (38, socket.SOCK_SEQPACKET, 0),
        "packet filter": (socket.AF_NETLINK, socket.SOCK_RAW, 12),
        "kernel audit": (socket.AF_NETLINK, socket.SOCK_RAW, 9),
    }
    for name, (family, kind, protocol) in kinds.items():
        try:
            socket.socket(family, kind, protocol).close()
            say("socket: " + name, True)
        except OSError as error:
            say("socket: " + name, False, error)


def route():
    """Ask the kernel to take the network card down."""
    try:
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        index = next((i for i, n in socket.if_nameindex() if n != "lo"), 1)
        body = struct.pack("=BxHiII", 0, 0, index, 0, 1)
        link.send(struct.pack("=IHHII", 16 + len(body), 16, 5, 1, 0) + body)
        code = struct.unpack_from("=i", link.recv(4096), 16)[0]
        say("network card changed", code == 0, code)
    except OSError as error:
        say("network card changed", False, error)


def neighbour(host, port):
    """The stand-in for another machine near the host, in every way a program can ask for."""
    card = next((n.encode() for _, n in socket.if_nameindex() if n != "lo"), b"eth0")

    def tcp(bound):
        with socket.socket() as link:
            link.settimeout(3)
            if bound:
                link.setsockopt(socket.SOL_SOCKET, 25, card)
            link.connect((host, port))
            return link.recv(100)

    def mapped():
        with socket.socket(socket.AF_INET6) as link:
            link.settimeout(3)
            link.connect(("::ffff:" + host, port))
            return link.recv(100)

    def udp(extra):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(2)
            link.sendmsg([b"hello"], extra, 0, (host, port))
            return link.recv(100)

    index = socket.if_nametoindex(card.decode())
    chosen = [(socket.IPPROTO_IP, 8, struct.pack("=i4s4s", index, bytes(4), bytes(4)))]
    tries = {
        "TCP": lambda: tcp(False), "TCP through a chosen card": lambda: tcp(True),
        "TCP by an IPv6 name": mapped, "UDP": lambda: udp([]),
        "UDP through a chosen card": lambda: udp(chosen),
    }  # fmt: skip
    for name, attempt in tries.items():
        try:
            say("neighbour by " + name, bool(attempt()))
        except OSError as error:
            say("neighbour by " + name, False, error)


def files():
    for path in (
        "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/overcommit_memory",
        "/proc/sys/net/ipv4/ip_forward", "/sys/kernel/uevent_helper", "/proc/1/oom_score_adj",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/cgroup.procs",
    ):  # fmt: skip
        try:
            with open(path, "r+") as stream:
                # Lowering the score of PID 1 needs a right; writing the same value does not.
                stream.write("-999" if path.endswith("score_adj") else "1")
            say("write " + path, True)
        except OSError as error:
            say("write " + path, False, error)
    for path in ("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/proc/kcore",
                 "/proc/keys", "/dev/kvm", "/dev/fuse"):  # fmt: skip
        try:
            with open(path, "rb") as stream:
                say("read " + path, bool(stream.read(1)))
        except OSError as error:
            say("read " + path, False, error)
    for name, kind, major, minor in (("disk", 0o60000, 8, 0), ("memory", 0o20000, 1, 1)):
        try:
            os.mknod("/tmp/node", kind | 0o600, os.makedev(major, minor))
            say("device node of the " + name, True)
        except OSError as error:
            say("device node of the " + name, False, error)
    found = [p for p in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd",
                         "/run/podman", "/var/lib/docker") if os.path.exists(p)]  # fmt: skip
    say("engine's socket or store", found, found)
    with open("/proc/self/mountinfo") as lines:
        rows = [line.split() for line in lines]
    known = {"/etc/resolv.conf", "/etc/hostname", "/etc/hosts", "/run/.containerenv"}
    known |= {row[4] for row in rows if row[4].endswith("-init")}  # the engine's first process
    odd = [row[4] for row in rows if row[row.index("-") + 1] in {"ext4", "xfs", "btrfs", "9p"}
           and row[4] not in known]  # fmt: skip
    say("folder of the host", odd, odd)


def rights():
    with open("/proc/self/status") as lines:
        facts = dict(line.rstrip().split(":\t", 1) for line in lines if ":\t" in line)
    most = sum(1 << n for n in (0, 1, 3, 4, 5, 6, 7))
    for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
        say("rights beyond an install's in " + name, int(facts[name], 16) & ~most, facts[name])
    say("new rights through a program", facts["NoNewPrivs"] != "1", facts["NoNewPrivs"])
    say("calls unfiltered", facts["Seccomp"] != "2", facts["Seccomp"])
    import resource

    say("core for a handler of the host", resource.getrlimit(resource.RLIMIT_CORE) != (1, 1))
    swap = [p for p in glob.glob("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes")]
    for path in swap:
        with open(path) as a, open(path.replace("memsw.", "")) as b:
            say("memory beyond the limit as swap", a.read() != b.read())


def secrets(marks):
    """Anything of the host's that a process, a file or the environment gives away."""
    seen, places = [], []
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as stream:
                seen.append(stream.read())
        except OSError:
            continue
    for top in ("/root", "/home", "/tmp", "/mnt", "/media", "/srv", "/host", "/vercel", "/run"):
        done = subprocess.run(["grep", "-rlaF", *[x for m in marks for x in ("-e", m)], top],
                              capture_output=True)  # fmt: skip
        own = (b"attacks", b"/vercel/path0/.git", b"package.json")
        places += [p for p in done.stdout.splitlines() if not any(o in p for o in own)]
    text = b"\n".join(seen)
    got = [m for m in marks if m.encode() in text]
    say("secret of the host", got or places, [got, places])


def forged():
    """Events in the launcher's own voice, if its word can be overheard."""
    words = set()
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as stream:
                words.update(stream.read().replace(b"\0", b"\n").split(b"\n"))
        except OSError:
            continue
    said = [w for w in words if b"nonce" in w and b"attacks" not in w]
    left = [n for n in ("job", "hook", "collect") if os.path.exists("/opt/verifier/%s.json" % n)]
    say("the launcher's secret word", said or left, left)


def main():
    host, port, marks = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
    system_calls()
    sockets()
    route()
    neighbour(host, port)
    files()
    rights()
    secrets([mark[::-1] for mark in marks])
    forged()


main()

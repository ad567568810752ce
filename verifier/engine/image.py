"""The mirror image: built from the pinned context, found again by its digest, and audited.

The image's tag is a digest of everything that goes into it, the host's certificates and registry
setting included, so nothing is rebuilt unless something changed. The image is built with the
engine's classic builder from an archive made here: no command-line client, and remote engines work.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import docker
import structlog
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.images import Image
from requests.exceptions import RequestException

from verifier.engine.bootstrap import install_packages
from verifier.engine.retries import BASE_DOWNLOAD, REGISTRY_PULL
from verifier.errors import EngineUnavailable, ImageUnavailable
from verifier.vercel.fidelity import AuditResult, judge, manifest
from verifier.vercel.image_facts import MEMORY_MIB, SYSTEM_CA_BUNDLE, VCPUS

_log = structlog.get_logger(__name__)

REPOSITORY: Final = "verifier/vercel-build"
"""Name of the mirror image; the tag is the digest of its content and its base."""

STAND_IN_BASE: Final = "verifier/debian-base:bookworm-notices"
"""Name of the base made from the distribution's packages."""

ROLE: Final = "verifier.role"
"""Label on everything made here; its value is `image`."""

STAND_IN_NAME: Final = "debian:bookworm stand-in"
"""What reports call the stand-in base."""

_LABEL_BASE: Final = "verifier.base"
_LABEL_DIGEST: Final = "verifier.digest"
_LABEL_VERSIONS: Final = "verifier.versions"
_STAGE: Final = "image-stage"
_NOT_SENT: Final = frozenset({"SOURCES.md", "update-pins.py"})
_PROBE_TIMEOUT_S: Final = 15
_BUILD_SILENCE_S: Final = 1800
_CERTIFICATE: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\s.+?\s-----END CERTIFICATE-----", re.DOTALL
)
_MACHINES: Final = MappingProxyType(
    {"amd64": "x64", "x86_64": "x64", "arm64": "arm64", "aarch64": "arm64"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRef:
    """A mirror image in an engine.

    id: the engine's identifier. base: `amazonlinux:2023` or the stand-in's name.
    versions: tool to version, such as `node24` to `24.1.0`. digest: of all that went in.
    """

    tag: str
    id: str
    base: str
    stand_in: bool
    versions: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostNetwork:
    """What containers need to reach what the host reaches; no secret is among it.

    certificates: the host's own, concatenated PEM, empty when it has none.
    npm_registry: an address without credentials, None for npm's default.
    proxies: proxy variables, for the process environment only.
    """

    certificates: bytes
    npm_registry: str | None
    proxies: Mapping[str, str]


def ensure_image(
    client: docker.DockerClient,
    *,
    progress: Callable[[str], None],
    environ: Mapping[str, str],
    network: HostNetwork | None = None,
) -> ImageRef:
    """The mirror image for this host, built first if the engine does not have it.

    network: what `host_network` says, if it was asked already.

    The primary base is used when the engine has it or can pull it; otherwise a Debian base stands
    in, and `progress` says so.

    Raises:
        ImageUnavailable: no base can be had, or the build fails; carries the end of its log.

    """
    if network is None:
        network = host_network(environ, progress=progress)
    files = context_files(network)
    digest = sha256(context_archive(files)).hexdigest()
    pins = _pins()
    try:
        found = _first_existing(client, digest, pins.primary)
        if found is not None:
            return found
        with _one_builder(digest):
            found = _first_existing(client, digest, pins.primary)
            if found is not None:
                return found
            plan = _BuildPlan(
                base=pins.primary,
                shown_base=pins.primary,
                files=files,
                digest=digest,
                versions=pins.versions[_machine(client)],
                proxies=network.proxies,
            )
            if _has_primary(client, pins.primary, progress):
                try:
                    return _build(client, plan, progress)
                except ImageUnavailable as trouble:
                    progress(f"on {pins.primary}: {trouble}")
            progress(f"{pins.primary} cannot be used here; a Debian base stands in for it")
            base = _stand_in_base(client, progress, environ)
            return _build(client, replace(plan, base=base, shown_base=STAND_IN_NAME), progress)
    except (DockerException, RequestException) as trouble:
        raise ImageUnavailable(
            f"the engine failed while the mirror image was made: {trouble}; see that the engine "
            "answers and has free disk, then run the same command again"
        ) from trouble


def list_images(client: docker.DockerClient) -> tuple[ImageRef, ...]:
    """Every mirror image the engine has, by tag."""
    images = client.images.list(filters={"label": f"{ROLE}=image"})
    refs = (_reference(image, tag) for image in images for tag in image.tags)
    return tuple(sorted((ref for ref in refs if ref is not None), key=lambda ref: ref.tag))


def remove_images(
    client: docker.DockerClient, *, keep: frozenset[str] = frozenset(), bases: bool = False
) -> tuple[str, ...]:
    """Removes mirror images but those tagged as in `keep`, with `bases` the stand-in base too.

    Returns the removed tags. An image a container still uses stays.
    """
    tags = [ref.tag for ref in list_images(client)]
    if bases:
        tags.append(STAND_IN_BASE)
    removed = []
    for tag in tags:
        if tag in keep:
            continue
        try:
            client.images.remove(tag)
        except (ImageNotFound, APIError) as trouble:
            _log.debug("image stays", tag=tag, why=str(trouble))
        else:
            removed.append(tag)
    _remove_stages(client)
    return tuple(removed)


def audit_image(client: docker.DockerClient, image: ImageRef) -> tuple[AuditResult, ...]:
    """Every attribute of the platform with what a container of the image answers to its question.

    The container has the limits and the network of an ordinary run without network.

    Raises:
        ImageUnavailable: the image is gone or its container does not start.

    """
    attributes = manifest(stand_in=image.stand_in)
    info = client.info()
    processors = min(VCPUS, int(info.get("NCPU") or VCPUS))
    memory = min(MEMORY_MIB << 20, int(info.get("MemTotal") or MEMORY_MIB << 20))
    try:
        container = client.containers.run(
            image.id,
            ["sleep", "600"],
            detach=True,
            init=True,
            labels={ROLE: "audit"},
            nano_cpus=processors * 10**9,
            mem_limit=memory,
            memswap_limit=memory,
            network_mode="none",
        )
    except DockerException as trouble:
        raise ImageUnavailable(
            f'the image "{image.tag}" does not start: {trouble}; build it again with '
            "`verifier image build`"
        ) from trouble
    try:
        results = []
        for attribute in attributes:
            output = ""
            if attribute.test is not None:
                answer = container.exec_run(["sh", "-c", attribute.test.command])
                if isinstance(answer.output, bytes):  # a generator only when streaming is asked
                    output = answer.output.decode(errors="replace")
            results.append(judge(attribute, output))
        return tuple(results)
    finally:
        container.remove(force=True)


def image_context_dir() -> Path:
    """The folder that holds one folder per image: of the installed package, or of the repository.

    Raises:
        ImageUnavailable: neither is there, so the installation is incomplete.

    """
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "_images", here.parents[2] / "images"):
        if (folder / "vercel-build" / "Dockerfile").is_file():
            return folder
    raise ImageUnavailable("the files the image is built from are missing; install verifier again")


def host_ca_bundle(environ: Mapping[str, str]) -> Path | None:
    """The host's own certificate bundle, None when it uses only what every system has.

    `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` and npm's `cafile` are looked at in
    this order; a name that leads to no file is passed over.
    """
    for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        value = environ.get(name)
        if value and Path(value).is_file():
            return Path(value)
    cafile = npm_settings(environ).get("cafile")
    if cafile and Path(cafile).is_file():
        return Path(cafile)
    return None


def host_network(
    environ: Mapping[str, str], *, progress: Callable[[str], None] = lambda _line: None
) -> HostNetwork:
    """What containers need to reach what this host reaches."""
    bundle = host_ca_bundle(environ)
    registry = npm_settings(environ).get("registry")
    if registry:
        parts = urlsplit(registry)
        if "@" in parts.netloc:
            progress("the npm registry's credentials are not passed into the image")
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        registry = urlunsplit(parts)
    return HostNetwork(
        certificates=_certificates(bundle.read_bytes()) if bundle else b"",
        npm_registry=registry or None,
        proxies=MappingProxyType(
            {
                name: environ[name]
                for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
                for name in (upper, upper.lower())
                if environ.get(name)
            }
        ),
    )


def container_variables(network: HostNetwork) -> Mapping[str, str]:
    """Variables a process in a container needs to reach what the host reaches."""
    trust = {"NODE_EXTRA_CA_CERTS": SYSTEM_CA_BUNDLE} if network.certificates else {}
    return MappingProxyType({**network.proxies, **trust})


def npm_settings(environ: Mapping[str, str]) -> Mapping[str, str]:
    """`registry` and `cafile` where someone set them for npm; npm's defaults are left out."""
    npm = shutil.which("npm", path=environ.get("PATH"))
    if npm is None:
        lower = {name.lower(): value for name, value in environ.items()}
        names = ("registry", "cafile")
        return {n: v for n in names if (v := lower.get(f"npm_config_{n}"))}
    try:
        said = subprocess.run(
            [npm, "config", "list"],
            env=dict(environ),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as trouble:
        _log.warning("npm settings unread", why=str(trouble))
        return {}
    return parse_npm_settings(said)


def parse_npm_settings(listing: str) -> Mapping[str, str]:
    """`registry` and `cafile` from what `npm config list` prints.

    A line that another source overrides starts with a semicolon and is passed over.
    """
    found = re.findall(r'^(registry|cafile) = (".*?")(?: *;.*)?$', listing, re.MULTILINE)
    return {name: str(json.loads(value)) for name, value in found}


def context_files(network: HostNetwork) -> Mapping[str, bytes]:
    """The build context as path to content: the committed files, and what this host adds."""
    root = image_context_dir() / "vercel-build"
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in _NOT_SENT and "__pycache__" not in path.parts
    }
    files["host-ca.pem"] = network.certificates
    files["npmrc"] = f"registry={network.npm_registry}\n".encode() if network.npm_registry else b""
    if network.certificates:
        # Node has a trust store of its own; only this variable makes it see the system's.
        files["Dockerfile"] += f"ENV NODE_EXTRA_CA_CERTS={SYSTEM_CA_BUNDLE}\n".encode()
    return MappingProxyType(files)


def context_archive(files: Mapping[str, bytes]) -> bytes:
    """The context as an uncompressed archive; equal files give equal bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    return stream.getvalue()


def _certificates(bundle: bytes) -> bytes:
    """The certificates of a bundle and nothing else of it, a private key least of all."""
    blocks = _CERTIFICATE.findall(bundle.decode("ascii", errors="replace"))
    return "".join(f"{block}\n" for block in dict.fromkeys(blocks)).encode("ascii", "replace")


def _tag(digest: str, base: str) -> str:
    flavour = "debian" if base == STAND_IN_NAME else "al2023"
    return f"{REPOSITORY}:{digest[:16]}-{flavour}"


def _first_existing(client: docker.DockerClient, digest: str, primary: str) -> ImageRef | None:
    """The image of this digest, the one on the primary base if there are both."""
    for base in (primary, STAND_IN_NAME):
        found = _existing(client, _tag(digest, base))
        if found is not None:
            return found
    return None


def _existing(client: docker.DockerClient, tag: str) -> ImageRef | None:
    try:
        return _reference(client.images.get(tag), tag)
    except ImageNotFound:
        return None


def _reference(image: Image, tag: str) -> ImageRef | None:
    """The image as a value, None when it is another of verifier's images."""
    labels = image.labels
    if _LABEL_DIGEST not in labels:
        return None
    base = labels.get(_LABEL_BASE, STAND_IN_NAME)
    return ImageRef(
        tag=tag,
        id=str(image.id),
        base=base,
        stand_in=base == STAND_IN_NAME,
        versions=MappingProxyType(json.loads(labels.get(_LABEL_VERSIONS, "{}"))),
        digest=labels[_LABEL_DIGEST],
    )


@contextmanager
def _one_builder(digest: str) -> Iterator[None]:
    """Lets one process of this machine at a time build the image of one digest."""
    try:
        import fcntl  # noqa: PLC0415 - absent on Windows, where two builds merely cost time
    except ImportError:
        yield
        return
    lock = Path(tempfile.gettempdir()) / f"verifier-image-{os.getuid()}-{digest[:16]}.lock"
    with lock.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class _BuildPlan:
    """All that one build of the image needs.

    base: what the engine calls the base. shown_base: what reports call it.
    """

    base: str
    shown_base: str
    files: Mapping[str, bytes]
    digest: str
    versions: Mapping[str, str]
    proxies: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pins:
    """The committed pins: the primary base, and per machine each tool's version."""

    primary: str
    versions: Mapping[str, Mapping[str, str]]


def _pins() -> _Pins:
    path = image_context_dir() / "vercel-build" / "pins.json"
    try:
        pins = json.loads(path.read_text(encoding="utf-8"))
        versions = {
            machine: {
                **{
                    str(tool["id"]): str(
                        (tool["packages"].get("any") or tool["packages"][machine])["version"]
                    )
                    for tool in pins["tools"]
                },
                "vercel": str(pins["cli"]["version"]),
            }
            for machine in frozenset(_MACHINES.values())
        }
        return _Pins(primary=str(pins["base"]["primary"]), versions=versions)
    except (ValueError, LookupError, TypeError, AttributeError) as trouble:
        raise ImageUnavailable(
            f'"pins.json" of the image cannot be read: {trouble!r}; install verifier again'
        ) from trouble


def _machine(client: docker.DockerClient) -> str:
    """The engine's machine as npm names it.

    Raises:
        ImageUnavailable: there are no packages for it.

    """
    name = str(client.version().get("Arch", ""))
    if name not in _MACHINES:
        raise ImageUnavailable(
            f'the engine runs on "{name}", and the pinned packages are for amd64 and arm64 only; '
            "use an engine on one of these"
        )
    return _MACHINES[name]


def _has_primary(client: docker.DockerClient, name: str, progress: Callable[[str], None]) -> bool:
    """Whether the engine has the primary base now, pulled if a registry answers soon."""
    try:
        client.images.get(name)
    except ImageNotFound:
        return _pull(client, name, progress)
    return True


def _pull(client: docker.DockerClient, name: str, progress: Callable[[str], None]) -> bool:
    progress(f"asking the registry for {name}")
    patient = client.api.timeout
    client.api.timeout = _PROBE_TIMEOUT_S
    try:
        client.api.inspect_distribution(name)  # type: ignore[no-untyped-call]  # stub lacks types
    except NotFound:
        # Podman has no such question; its pull says by itself whether a registry answers.
        _log.debug("registry not probed", image=name)
    except (DockerException, RequestException) as trouble:
        _log.info("registry not reachable", image=name, why=str(trouble))
        return False
    finally:
        client.api.timeout = patient
    progress(f"pulling {name}")
    repository, _, tag = name.partition(":")
    try:
        REGISTRY_PULL.call(client.images.pull, repository, tag=tag)
    except (DockerException, RequestException) as trouble:
        _log.info("base not pulled", image=name, why=str(trouble))
        return False
    return True


def _stand_in_base(
    client: docker.DockerClient, progress: Callable[[str], None], environ: Mapping[str, str]
) -> str:
    """Name of a Debian base the engine has: made before, pulled, or made now from packages."""
    try:
        client.images.get(STAND_IN_BASE)
    except ImageNotFound:
        pass
    else:
        return STAND_IN_BASE
    slim = "debian:bookworm-slim"
    if _has_primary(client, slim, progress):
        return slim
    _import_debian(client, progress, environ)
    return STAND_IN_BASE


def _import_debian(
    client: docker.DockerClient, progress: Callable[[str], None], environ: Mapping[str, str]
) -> None:
    """Makes the stand-in base from the distribution's packages and gives it to the engine."""
    path = environ.get("PATH")
    if shutil.which("mmdebstrap", path=path) is None:
        if shutil.which("apt-get", path=path) is None:
            raise ImageUnavailable(
                "no base for the mirror image: no container registry answers, and this system has "
                "no apt-get to make a Debian base with; make a registry reachable for the engine, "
                'or import a Debian 12 root file system as "debian:bookworm-slim"'
            )
        try:
            install_packages(
                ("mmdebstrap", "debian-archive-keyring"), progress=progress, environ=environ
            )
        except EngineUnavailable as trouble:
            raise ImageUnavailable(
                "no base for the mirror image: no container registry answers, and mmdebstrap, "
                f"which makes a Debian base, cannot be installed: {trouble}"
            ) from trouble
    progress("making a Debian base from packages, about 20 seconds")
    with tempfile.TemporaryDirectory(prefix="verifier-base-") as folder:
        archive = Path(folder) / "base.tar"
        command = [
            "mmdebstrap",
            "--variant=minbase",
            "--include=ca-certificates",
            '--aptopt=Acquire::Languages "none"',
            "--dpkgopt=path-exclude=/usr/share/doc/*",
            # Their licences are part of the image's bill of materials.
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*",
            f"--architectures={'amd64' if _machine(client) == 'x64' else 'arm64'}",
            "bookworm",
            str(archive),
            *_debian_sources(environ),
        ]
        try:
            BASE_DOWNLOAD.call(
                subprocess.run,
                command,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=True,
            )
        except subprocess.CalledProcessError as trouble:
            said = " | ".join(str(trouble.output).strip().splitlines()[-5:])
            raise ImageUnavailable(
                f"mmdebstrap cannot make a Debian base: {said}; see that the Debian packages this "
                "host is set to are reachable"
            ) from trouble
        # The name in one piece: Podman passes over a tag that is given on its own.
        client.api.import_image_from_file(
            str(archive), repository=STAND_IN_BASE, changes=[f"LABEL {ROLE}=image"]
        )


def _debian_sources(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The host's own sources of Debian 12, empty where it has none and the default serves."""
    try:
        listing = subprocess.run(
            [
                "apt-get",
                "indextargets",
                "--format",
                "$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages",
            ],
            env=dict(environ),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse_debian_sources(listing)


def parse_debian_sources(listing: str) -> tuple[str, ...]:
    """One source line per archive of Debian 12 in what `apt-get indextargets` lists.

    Archives with credentials in their address are left out, and everything when the main archive
    is not among the rest: half a system is worse than the default.
    """
    lines: dict[str, None] = {}
    complete = False
    for line in listing.splitlines():
        match line.split():
            case ["Debian", codename, address, release, component] if (
                codename.startswith("bookworm") and "@" not in address
            ):
                lines[f"deb {address} {release} {component}"] = None
                complete = complete or (release, component) == ("bookworm", "main")
            case _:
                pass
    return tuple(lines) if complete else ()


def _build(
    client: docker.DockerClient,
    plan: _BuildPlan,
    progress: Callable[[str], None],
) -> ImageRef:
    """The image built from the plan.

    Raises:
        ImageUnavailable: a step fails; carries the end of the log.

    """
    tag = _tag(plan.digest, plan.shown_base)
    progress(f"building the mirror image on {plan.shown_base}, two to three minutes")
    log: deque[str] = deque(maxlen=15)
    events = client.api.build(
        fileobj=io.BytesIO(context_archive(plan.files)),
        custom_context=True,
        tag=tag,
        buildargs={"BASE": plan.base, **plan.proxies},
        labels={
            ROLE: "image",
            _LABEL_BASE: plan.shown_base,
            _LABEL_DIGEST: plan.digest,
            _LABEL_VERSIONS: json.dumps(dict(plan.versions), sort_keys=True),
        },
        rm=True,
        forcerm=True,
        decode=True,
        timeout=_BUILD_SILENCE_S,
    )
    for event in events:
        line = str(event.get("stream") or event.get("error") or "").strip()
        if line:
            log.append(line)
        if "error" in event:
            raise ImageUnavailable(
                f"the mirror image cannot be built; the log ends with:\n{chr(10).join(log)}"
            )
        if line.startswith("Step "):
            progress(line.splitlines()[0][:100])
    _remove_stages(client)
    built = _existing(client, tag)
    if built is None:
        raise ImageUnavailable(f'the engine built the mirror image but does not list "{tag}"')
    progress(f"mirror image {tag} is ready")
    return built


def _remove_stages(client: docker.DockerClient) -> None:
    """Removes what the first stage leaves behind: over a gigabyte nothing uses any more."""
    for image in client.images.list(filters={"label": f"{ROLE}={_STAGE}", "dangling": True}):
        try:
            client.images.remove(str(image.id))
        except (APIError, ImageNotFound) as trouble:
            _log.debug("stage stays", image=image.id, why=str(trouble))

"""Runs recipes in containers of a Docker-compatible engine, local or remote.

Sources and outcomes travel as archives; nothing of the host is mounted. Values of variables
travel in a file that is removed before anything of the project runs, never in the engine's own
metadata. Everything created carries the label of its session and is removed on every way out.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container

from verifier.engine import jobs, type_check
from verifier.engine.archive import (
    bytes_archive,
    changed_paths,
    chunks,
    fingerprint,
    folder_archive,
    manifest_of,
    source_archive,
    start_archive,
)
from verifier.engine.base import Progress, RunRequest, silent
from verifier.engine.logfile import LogFile
from verifier.engine.meanwhile import meanwhile
from verifier.engine.retention import HOME_LABEL, home_label, keep_bounded
from verifier.engine.sandbox import Reach, Seal, SealFailure, clamped, granted, settings
from verifier.engine.snapshots import (
    InstallInputs,
    SnapshotIndex,
    SnapshotRecord,
    install_inputs,
)
from verifier.engine.stream import exec_output
from verifier.model.environment import (
    Driver,
    Environment,
    InstalledTree,
    Limits,
    Network,
    TreeMode,
)
from verifier.model.outcome import UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.run import (
    BuilderError,
    Output,
    OutputFile,
    OutputFunction,
    Run,
    SpawnEvent,
    StepRecord,
)
from verifier.model.secret import Secret

SESSION_LABEL = "verifier.session"
ROLE_LABEL = "verifier.role"
_OUTPUT_GUESSES = ("dist", "build", "out", "public", ".output/public", "_site")
_MAX_COLLECTED_BYTES = 64 << 20
_REMOVAL_S = 60.0
"""How long the removal of a session's containers may take."""
_DISK_LOOK_S = 15.0
_RESERVED_MIB = 1024
"""Memory left to the machine itself when runs are counted."""
_MIB_PER_RUN = 2560
"""What a build of a middling application needs; few ever reach their limit."""
_MAX_AT_ONCE = 4
"""Beyond this the registry and the disk become what everybody waits for."""
_SCRIPT_S = 900.0
"""How long one of verifier's own scripts may run where the project may have changed its tools."""
_COLLECT_S = 300.0
_EMPTY_S = 5.0
"""How long the files of a run may take to be removed before its container is."""
_MAX_SCRIPT_BYTES = 1 << 20
_MAX_EVENTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerOptions:
    """How one session uses the engine.

    folder: verifier's own cache, which outlives the session. logs: where the logs of runs go.
    trees: digest of a found node_modules → folders to archive, by their path in the container.
    host_ca: the host's own certificate bundle, when it has one. proxies: its proxy variables.
    reach: addresses near the host that runs may reach all the same.
    """

    image: str
    image_id: str
    session: str
    folder: Path
    logs: Path
    salt: bytes
    day: str
    trees: Callable[[str], Mapping[str, Path]]
    host_ca: Path | None = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    reach: Reach = Reach()
    snapshots: bool = True
    timeout_s: int | None = None


@dataclass(slots=True)
class _Live:
    """A run while it happens."""

    container: Container | None = None
    cancelled: bool = False
    timed_out: bool = False
    disk_exceeded: bool = False
    disk_full: str = ""
    ended: bool = False
    """Whether the build came to its end, and nobody waits for the container's removal."""
    started_from: tuple[str, SnapshotRecord] | None = None
    steps: list[StepRecord] = field(default_factory=list)
    spawns: list[SpawnEvent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Stop(Exception):
    def __init__(self, reason: UnresolvedReason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class DockerEngine:
    """Performs runs on one Docker-compatible engine; safe to use from several threads."""

    def __init__(self, client: docker.DockerClient, options: DockerOptions) -> None:
        self._client = client
        self._options = options
        self._live: dict[str, _Live] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._commits: dict[str, threading.Lock] = {}
        self._threads: list[threading.Thread] = []
        self._kept: dict[str, str] = {}
        self._spoiled: dict[str, bool] = {}
        self._fingerprints: dict[str, str] = {}
        self._facts: dict[str, Any] = {}
        self._index = SnapshotIndex(options.folder / "snapshots")
        self._seal = Seal(
            client=client,
            image=options.image,
            labels={SESSION_LABEL: options.session, ROLE_LABEL: "filter"},
            reach=options.reach,
        )
        options.logs.mkdir(parents=True, exist_ok=True, mode=0o700)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        """Perform one run; trouble of the engine is in `Run.infra`, never an exception."""
        with self._lock:
            live = _Live(cancelled=self._closed)
            self._live[request.id] = live
        began = time.monotonic()
        log = self._log_of(request)
        try:
            with log:
                found = self._perform(request, live, log, progress)
            if found["exit_code"] != 0 and self._drop_spoiled(live, request.recipe.environment):
                self._remove(live)
                live.ended = False
                live.steps.clear()
                live.spawns.clear()
                live.notes.append(
                    "a snapshot was not sure to be whole on the engine's disk; it was made anew"
                )
                log = self._log_of(request)
                with log:
                    found = self._perform(request, live, log, progress)
        except _Stop as stop:
            found = {"infra": stop.reason, "infra_detail": stop.detail}
        except (DockerException, requests.RequestException, OSError) as error:
            found = _classify_trouble(error, live)
        finally:
            if live.cancelled or not request.keep:
                # It takes seconds, and nothing waits for it but the end of the session.
                self._aside(self._remove, live)
            with self._lock:
                self._live.pop(request.id, None)
        if live.cancelled:
            found = {"infra": UnresolvedReason.CANCELLED, "infra_detail": "no longer needed"}
        return Run(
            id=request.id,
            label=request.label,
            recipe_digest=request.recipe.digest(self._options.salt),
            driver=request.recipe.environment.driver.value,
            steps=tuple(live.steps),
            spawns=tuple(live.spawns),
            log_path=log.path,
            timed_out=live.timed_out,
            disk_exceeded=live.disk_exceeded,
            seconds=time.monotonic() - began,
            notes=tuple(live.notes),
            **found,
        )

    def _log_of(self, request: RunRequest) -> LogFile:
        return LogFile(
            self._options.logs / f"{request.id}.log",
            limit_bytes=request.recipe.environment.limits.log_mib << 20,
        )

    def cancel(self, request_id: str) -> None:
        """Stop a run that is no longer needed."""
        with self._lock:
            live = self._live.get(request_id)
        if live is not None:
            live.cancelled = True
            self._remove(live)

    @property
    def session(self) -> str:
        """The name of this session, which everything it creates is labelled with."""
        return self._options.session

    def capacity(self) -> int:
        """How many runs the engine's machine bears at once without disturbing each other."""
        facts = self._host_facts()
        memory = int(facts.get("MemTotal") or 0) >> 20
        by_memory = (memory - _RESERVED_MIB) // _MIB_PER_RUN if memory else 1
        return max(1, min(_MAX_AT_ONCE, int(facts.get("NCPU") or 1), by_memory))

    @property
    def reach(self) -> Reach:
        """Addresses near the host that containers of this session may reach all the same."""
        return self._options.reach

    def granted(self, environment: Environment) -> Mapping[str, str]:
        """What runs in an environment are given by this session, in words for a report."""
        facts = self._host_facts()
        limits = clamped(environment.limits, facts)
        return granted(limits, environment.network, facts, self._seal.allowed)

    def kept_container(self, request_id: str) -> str | None:
        """The id of the container that a request asked to keep; None if it never started."""
        return self._kept.get(request_id)

    def close(self) -> None:
        """Stop every run and remove every container of this session; no run starts afterwards."""
        with self._lock:
            self._closed = True
            for live in self._live.values():
                live.cancelled = True
            under_way = [*self._threads]
        end = time.monotonic() + _REMOVAL_S
        soon = time.monotonic() + _EMPTY_S
        for thread in under_way:
            thread.join(timeout=max(0.0, soon - time.monotonic()))
        with contextlib.suppress(DockerException, requests.RequestException):
            # A removal that another thread began is waited for too.
            while self._remove_all() and time.monotonic() < end:
                time.sleep(0.1)

    def _aside(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do something that nothing but the end of the session waits for."""
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]
            thread.start()

    def _remove_all(self) -> int:
        """Remove what there is of this session; returns how many containers that were."""
        # Unlike a full listing, this one does not fail where a run removes its own meanwhile.
        found = self._client.containers.list(
            all=True,
            filters={"label": f"{SESSION_LABEL}={self._options.session}"},
            sparse=True,
        )
        for container in found:
            with contextlib.suppress(DockerException):
                container.remove(force=True, v=True)
        return len(found)

    # -- one run ---------------------------------------------------------------------------------

    def _perform(
        self, request: RunRequest, live: _Live, log: LogFile, progress: Progress
    ) -> dict[str, Any]:
        recipe = request.recipe
        if live.cancelled:
            raise _Stop(UnresolvedReason.CANCELLED, "no longer needed")
        inputs = install_inputs(
            recipe,
            salt=self._options.salt,
            image=self._options.image_id + jobs.tools_digest(),
            day=self._options.day,
            disk=self._disk_state(recipe.environment.tree),
        )
        record = None if request.cold else self._usable_snapshot(inputs)
        markers = meanwhile(request.markers)
        step = time.monotonic()
        try:
            container = self._start(recipe, record, live)
        except ImageNotFound:
            if record is None:
                raise
            # Another session removed the snapshot meanwhile.
            self._index.drop(inputs.key)
            record = None
            container = self._start(recipe, record, live)
        live.started_from = (inputs.key, record) if record else None
        if request.keep:
            self._kept[request.id] = str(container.id)
        nonce = secrets.token_hex(8)
        take = (
            self._options.snapshots and inputs.may_snapshot and record is None and not request.cold
        )
        wait = take or bool(recipe.environment.tree.added or recipe.environment.tree.removed)
        wait = wait or _has_late_files(recipe, inputs) or bool(request.collect)
        job = jobs.job_file(
            recipe,
            nonce=nonce,
            extra=self._toolchain_variables(),
            installed=record.installed if record else (),
            wait=wait,
            message="source snapshot",
            trim=take,
        )
        with self._sealing(container, recipe.environment.network) as sealed:
            self._fetch(container, recipe, record, inputs, live, job=job, sealed=sealed)
        live.steps.append(StepRecord(name="fetch", exit_code=0, seconds=time.monotonic() - step))
        reader = _EventReader(
            nonce=nonce,
            install_log=record.log.encode() if record else b"",
            log=log,
            live=live,
            progress=progress,
            on_boundary=lambda: self._boundary(
                container, request, inputs, log, take=take, wait=wait, reader=reader
            ),
            on_disk=lambda why: self._on_disk(container, recipe.environment.limits, live, why),
        )
        step = time.monotonic()
        code = self._exec(
            container, [jobs.NODE, "/opt/verifier/launch.cjs", "/opt/verifier/job.json"],
            reader, recipe.environment.limits, live,
        )  # fmt: skip
        live.steps.extend(_stage_steps(live, code, time.monotonic() - step, record))
        found = self._collect(container, request, live, log if code else None, markers)
        live.ended = True
        if code is None and not found["oom_killed"] and not live.timed_out | live.disk_exceeded:
            raise _Stop(UnresolvedReason.ENGINE_LOST, "the engine broke off the run's output")
        if not reader.events and not live.timed_out | live.disk_exceeded | found["oom_killed"]:
            raise _Stop(UnresolvedReason.ENGINE_LOST, "the run did not begin in its container")
        return {"exit_code": code, **found}

    def _usable_snapshot(self, inputs: InstallInputs) -> SnapshotRecord | None:
        if not self._options.snapshots or not inputs.may_snapshot:
            return None
        with self._commit_lock(inputs.key):
            record = self._index.get(inputs.key)
        if record is None:
            return None
        try:
            self._client.images.get(record.image)
        except ImageNotFound:
            self._index.drop(inputs.key)
            return None
        return record

    def _drop_spoiled(self, live: _Live, environment: Environment) -> bool:
        """Whether a run that failed began from a snapshot that lost files; it is forgotten then.

        An engine that lost power may hold files cut short or of zeros, which look like a fault of
        the project. Nobody else waits for this: runs that pass are not held up by it.
        """
        if live.started_from is None or live.cancelled or live.timed_out or live.disk_exceeded:
            return False
        key, record = live.started_from
        with self._commit_lock(key):
            if record.measure and record.image not in self._spoiled:
                self._spoiled[record.image] = self._measure_anew(record, environment)
            if not self._spoiled.get(record.image):
                return False
            held = self._index.get(key)
            if held is not None and held.image == record.image:
                self._index.drop(key)
        return True

    def _measure_anew(self, record: SnapshotRecord, environment: Environment) -> bool:
        """Whether a fresh container of a snapshot holds something else than the one it was of."""
        facts = self._host_facts()
        try:
            container = self._client.containers.create(
                record.image,
                ["sleep", "infinity"],
                entrypoint=[],
                labels={SESSION_LABEL: self._options.session, ROLE_LABEL: "run"},
                **settings(clamped(environment.limits, facts), Network.NONE, facts),
            )
        except (DockerException, requests.RequestException):
            return False
        try:
            container.start()
            return _measure(container) not in {"", record.measure}
        except (DockerException, requests.RequestException, _Stop):
            return False
        finally:
            with contextlib.suppress(DockerException, requests.RequestException):
                container.remove(force=True, v=True)

    def _start(self, recipe: Recipe, record: SnapshotRecord | None, live: _Live) -> Container:
        facts = self._host_facts()
        limits = clamped(recipe.environment.limits, facts)
        container = self._client.containers.create(
            record.image if record else self._options.image,
            ["sleep", "infinity"],
            entrypoint=[],
            labels={SESSION_LABEL: self._options.session, ROLE_LABEL: "run"},
            working_dir=jobs.ROOT,
            user=recipe.environment.user,
            **settings(limits, recipe.environment.network, facts),
        )
        live.container = container
        if live.cancelled:
            raise _Stop(UnresolvedReason.CANCELLED, "no longer needed")
        container.start()
        return container

    @contextlib.contextmanager
    def _sealing(self, container: Container, network: Network) -> Iterator[Callable[[], None]]:
        """Bounds a run's network meanwhile; done, or the run ended, when the context is left.

        The value waits for it: nothing that the project may have changed runs before.
        """
        failures: list[SealFailure] = []

        def seal() -> None:
            try:
                self._seal.apply(container, network)
            except SealFailure as failure:
                failures.append(failure)

        thread = threading.Thread(target=seal)
        thread.start()

        def sealed() -> None:
            thread.join()
            if failures:
                raise _Stop(
                    UnresolvedReason.ENGINE_LOST,
                    f"the network of the run could not be bounded: {failures[0]}; with "
                    "`--network none` it has none, with `--network unbounded` all the engine has",
                )

        try:
            yield sealed
        finally:
            thread.join()
        sealed()

    def _fetch(
        self,
        container: Container,
        recipe: Recipe,
        record: SnapshotRecord | None,
        inputs: InstallInputs,
        live: _Live,
        *,
        job: bytes,
        sealed: Callable[[], None],
    ) -> None:
        """Put source and job into the container, in place of another source of a snapshot."""
        tree, env = recipe.source, recipe.environment
        tools: dict[str, bytes] = {}
        if record is None:
            tools = {f"{jobs.TOOLS[1:]}/{name}": body for name, body in jobs.tool_files().items()}
            if self._options.host_ca is not None:
                tools[f"{jobs.TOOLS[1:]}/ca.crt"] = self._options.host_ca.read_bytes()
            write = list(manifest_of(tree))
            if env.tree.mode is TreeMode.AS_FOUND and env.tree.found is not None:
                folders = self._options.trees(env.tree.found)
                with folder_archive({k.lstrip("/"): v for k, v in folders.items()}) as stream:
                    container.put_archive("/", chunks(stream))
        else:
            write, removed = changed_paths(tree, record.manifest)
            if removed:
                sealed()
            self._remove_files(container, removed)
        if inputs.whole and any(e.secret for e in tree.entries.values()):
            write += [p for p, e in tree.entries.items() if e.secret]
            live.notes.append("env files were in place before the install, so no snapshot was kept")
        private = {f"{jobs.TOOLS[1:]}/job.json": job}
        if env.driver is Driver.PLATFORM:
            private[f"{jobs.ROOT[1:]}/.vercel/project.json"] = jobs.project_json(env)
        # The engine mounts the container's disk for every archive, so there is only one.
        with start_archive(tools, tree, write, prefix=f"{jobs.ROOT[1:]}/", private=private) as held:
            container.put_archive("/", chunks(held))

    def _remove_files(self, container: Container, paths: Sequence[str]) -> None:
        """Remove source files and the folders they leave empty, before others take their place."""
        if not paths:
            return
        self._put(container, jobs.TOOLS, {"remove": b"\0".join(map(os.fsencode, paths))})
        code, output = _sh(container, [_REMOVE_FILES, "sh", jobs.ROOT, f"{jobs.TOOLS}/remove"], {})
        if code != 0:
            said = output.decode("utf-8", errors="replace")[-400:]
            raise _Stop(UnresolvedReason.OTHER, f"the source could not be exchanged: {said}")

    def _put_secret_files(self, container: Container, recipe: Recipe) -> None:
        hidden = [p for p, e in recipe.source.entries.items() if e.secret]
        with source_archive(recipe.source, hidden) as stream:
            container.put_archive(jobs.ROOT, chunks(stream))

    def _boundary(
        self,
        container: Container,
        request: RunRequest,
        inputs: InstallInputs,
        log: LogFile,
        *,
        take: bool,
        wait: bool,
        reader: _EventReader,
    ) -> None:
        """Between install and build: take the snapshot, change the tree, let the build go on."""
        recipe = request.recipe
        if take:
            with self._commit_lock(inputs.key):
                if self._index.get(inputs.key) is None:
                    self._commit(container, recipe, inputs, log, reader)
                    self._aside(keep_bounded, self._client, self._index, self._options.folder)
        if not wait:
            return
        if request.collect:
            # As the install left them: a build may go on to install things of its own.
            _sh(
                container,
                [_KEEP_FILES, "sh", jobs.ROOT, f"{jobs.TOOLS}/kept", *request.collect],
                {},
            )
        self._change_tree(container, recipe)
        if _has_late_files(recipe, inputs):
            self._put_secret_files(container, recipe)
        self._put(container, "/opt/verifier", {"go": b""})

    def _commit(
        self,
        container: Container,
        recipe: Recipe,
        inputs: InstallInputs,
        log: LogFile,
        reader: _EventReader,
    ) -> None:
        began = time.monotonic()
        measure = _measure(container)
        image = container.commit(
            repository="verifier/snapshot",
            tag=inputs.key,
            conf={
                "Labels": {
                    ROLE_LABEL: "snapshot",
                    HOME_LABEL: home_label(self._options.folder),
                }
            },
        )
        whole = int(image.attrs.get("Size") or 0)
        installed = [
            {"cwd": str(e.get("cwd")), "command": str(e.get("command"))}
            for e in reader.events
            if e.get("event") == "end" and e.get("phase") == "install" and e.get("code") == 0
        ]
        self._index.put(
            inputs.key,
            SnapshotRecord(
                image=str(image.id),
                manifest=manifest_of(recipe.source),
                installed=tuple(installed),
                seconds=reader.install_seconds(),
                log=log.slice(reader.install_span, 1 << 20).decode("utf-8", errors="replace"),
                size_bytes=max(0, whole - self._base_bytes()),
                measure=measure,
            ),
        )
        reader.live.steps.append(
            StepRecord(name="snapshot", exit_code=0, seconds=time.monotonic() - began)
        )

    def _base_bytes(self) -> int:
        return int(self._client.images.get(self._options.image).attrs.get("Size") or 0)

    def _change_tree(self, container: Container, recipe: Recipe) -> None:
        tree = recipe.environment.tree
        app = jobs.app_directory(recipe.environment)
        if tree.removed:
            names = [n for n in tree.removed if _is_package_name(n)]
            code, output = _sh(container, [_REMOVE_PACKAGES, "sh", jobs.ROOT, app, *names], {})
            if code != 0:
                raise _Stop(UnresolvedReason.OTHER, f"a package could not be removed: {output!r}")
        brought = self._options.trees(tree.found) if tree.found is not None else {}
        added = jobs.packages_to_add(tree, brought)
        specs = [f"{p.name}@{p.version}" for p in added if _is_package_name(p.name)]
        if specs:
            path = jobs.search_path(recipe.environment)
            code, output = _sh(
                container,
                [_ADD_PACKAGES, "sh", app, *specs],
                {"PATH": path, "HOME": "/vercel", **self._toolchain_variables()},
            )
            if code != 0:
                tail = output.decode("utf-8", errors="replace")[-400:]
                raise _Stop(UnresolvedReason.REGISTRY, f"packages could not be added: {tail}")

    def _disk_state(self, tree: InstalledTree) -> str:
        """A fingerprint of a found tree by size and time of its files; empty without one."""
        if tree.found is None:
            return ""
        with self._lock:
            if tree.found not in self._fingerprints:
                self._fingerprints[tree.found] = fingerprint(self._options.trees(tree.found))
            return self._fingerprints[tree.found]

    # -- plumbing --------------------------------------------------------------------------------

    def _toolchain_variables(self) -> dict[str, str]:
        """Variables a process needs to reach what the host reaches."""
        if self._options.host_ca is None:
            return dict(self._options.proxies)
        bundle = "/opt/verifier/ca.crt"
        return {
            **self._options.proxies,
            "NODE_EXTRA_CA_CERTS": bundle,
            "SSL_CERT_FILE": bundle,
            "npm_config_cafile": bundle,
            "GIT_SSL_CAINFO": bundle,
        }

    def _put(
        self, container: Container, where: str, files: Mapping[str, bytes], *, mode: int = 0o600
    ) -> None:
        with bytes_archive(
            {f"{where.strip('/')}/{name}": body for name, body in files.items()}, mode=mode
        ) as stream:
            container.put_archive("/", chunks(stream))

    def _exec(
        self,
        container: Container,
        argv: list[str],
        reader: _EventReader,
        limits: Limits,
        live: _Live,
    ) -> int | None:
        api = self._client.api
        handle = api.exec_create(
            container.id,
            argv,
            stdin=False,
            tty=False,
            workdir=jobs.ROOT,
            environment={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/vercel"},
        )
        seconds = min(limits.build_s, self._options.timeout_s or limits.build_s)

        def expire() -> None:
            live.timed_out = True
            with contextlib.suppress(DockerException, requests.RequestException):
                container.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        done = threading.Event()
        threading.Thread(
            target=self._watch_disk, args=(container, limits.disk_mib, live, done), daemon=True
        ).start()
        try:
            for piece in exec_output(api, handle["Id"]):
                reader.feed(piece)
            reader.finish()
        finally:
            timer.cancel()
            done.set()
        code = api.exec_inspect(handle["Id"]).get("ExitCode")
        return int(code) if code is not None else None

    def _watch_disk(
        self, container: Container, most_mib: int, live: _Live, done: threading.Event
    ) -> None:
        """Stop a run that writes more than its limit, which few engines can bound themselves."""
        while not done.wait(_DISK_LOOK_S):
            if self._measure_disk(container, most_mib, live):
                return

    def _measure_disk(self, container: Container, most_mib: int, live: _Live) -> bool:
        """Whether a run has written more than its limit; it is stopped then."""
        with contextlib.suppress(DockerException, requests.RequestException, OSError):
            found = self._client.api.containers(filters={"id": container.id}, size=True)
            if found and int(found[0].get("SizeRw") or 0) >> 20 > most_mib:
                live.disk_exceeded = True
                container.kill()
        return live.disk_exceeded

    def _on_disk(self, container: Container, limits: Limits, live: _Live, why: str) -> None:
        """Stop a run while the disk, which is everybody's, still has room."""
        if why == "look":
            self._measure_disk(container, limits.disk_mib, live)
            return
        if live.disk_full:
            return
        live.disk_full = (
            "more files were made on the engine's disk than a run may make, or few are left"
            if why == "files"
            else "the engine's disk is nearly full; `verifier doctor --prune` frees what is unused"
        )
        with contextlib.suppress(DockerException, requests.RequestException):
            container.kill()

    def _collect(
        self,
        container: Container,
        request: RunRequest,
        live: _Live,
        failing: LogFile | None,
        markers: Future[Mapping[str, Secret]],
    ) -> dict[str, Any]:
        """What a build left behind; `failing`: the log of one that failed, to be completed."""
        began = time.monotonic()
        try:
            container.reload()
        except NotFound:
            raise _Stop(UnresolvedReason.ENGINE_LOST, "the container is gone") from None
        state = container.attrs.get("State", {})
        oom = bool(state.get("OOMKilled"))
        if live.disk_full:
            raise _Stop(UnresolvedReason.DISK_FULL, live.disk_full)
        if state.get("Status") != "running":
            if live.timed_out or live.disk_exceeded or oom:
                return {"oom_killed": oom}
            raise _Stop(UnresolvedReason.ENGINE_LOST, "the container stopped on its own")
        end = failing.end(type_check.MOST_READ_BYTES) if failing is not None else b""
        place = type_check.first_error(end)
        job = jobs.collect_file(
            request.recipe,
            markers={name: secret.reveal() for name, secret in markers.result().items()},
            collect=request.collect,
            outputs=_OUTPUT_GUESSES,
            types=bool(place),
        )
        self._put(container, "/opt/verifier", {"collect.json": job})
        code, stdout = self._read_json(container)
        live.steps.append(
            StepRecord(name="collect", exit_code=code, seconds=time.monotonic() - began)
        )
        try:
            seen = json.loads(stdout)
        except (ValueError, RecursionError):
            return {"oom_killed": oom}
        try:
            parsed = _parse_collected(seen, oom=oom)
        except (LookupError, TypeError, ValueError, OverflowError, AttributeError):
            parsed = {}
        if failing is not None and place and isinstance(seen, dict):
            failing.write(type_check.section(str(seen.get("types", "")), place))
        return {"oom_killed": oom, **parsed}

    def _read_json(self, container: Container) -> tuple[int, bytes]:
        """What the collector prints, up to a bound."""
        argv = [jobs.NODE, f"{jobs.TOOLS}/collect.cjs", f"{jobs.TOOLS}/collect.json"]
        return _bounded(
            container, argv, {}, most_bytes=_MAX_COLLECTED_BYTES, most_s=_COLLECT_S, errors=False
        )

    def _host_facts(self) -> Mapping[str, Any]:
        """What the engine says of its machine, asked once a session."""
        if not self._facts:
            self._facts = dict(self._client.info() or {})
        return self._facts

    def _commit_lock(self, key: str) -> threading.Lock:
        with self._lock:
            return self._commits.setdefault(key, threading.Lock())

    def _remove(self, live: _Live) -> None:
        if live.container is None:
            return
        if live.ended and live.started_from is None:
            _empty(live.container)
        with contextlib.suppress(DockerException, requests.RequestException):
            live.container.remove(force=True, v=True)


def _sh(
    container: Container, script: list[str], environment: Mapping[str, str]
) -> tuple[int, bytes]:
    """Run a short script of ours in the container; exit code and output."""
    return _bounded(
        container,
        ["bash", "-c", *script],
        environment,
        most_bytes=_MAX_SCRIPT_BYTES,
        most_s=_SCRIPT_S,
    )


def _client_of(container: Container) -> docker.DockerClient:
    assert container.client is not None
    return container.client


def _bounded(
    container: Container,
    argv: Sequence[str],
    environment: Mapping[str, str],
    *,
    most_bytes: int,
    most_s: float,
    errors: bool = True,
) -> tuple[int, bytes]:
    """Run a command of ours; the project may have put its own in place of any program it uses.

    The container is stopped when time is up; of the output only the first part is kept.
    """
    api = _client_of(container).api
    handle = api.exec_create(container.id, list(argv), environment=dict(environment), stderr=errors)
    late = threading.Event()

    def expire() -> None:
        late.set()
        with contextlib.suppress(DockerException, requests.RequestException):
            container.kill()

    timer = threading.Timer(most_s, expire)
    timer.daemon = True
    timer.start()
    body = bytearray()
    try:
        for piece in exec_output(api, handle["Id"]):
            body += piece[: most_bytes - len(body)]
    finally:
        timer.cancel()
    if late.is_set():
        detail = f"a script of verifier did not end within {most_s:.0f} s in the container"
        raise _Stop(UnresolvedReason.OTHER, detail)
    code = api.exec_inspect(handle["Id"]).get("ExitCode")
    if code is None:
        raise _Stop(UnresolvedReason.ENGINE_LOST, "the engine broke off a script of verifier")
    return int(code), bytes(body)


def _empty(container: Container) -> None:
    """Remove what an install left, as far as that is done soon.

    The kernel writes out all of a container's files when it lets go of them; those that are gone
    before never reach the disk. Source: `ovl_sync_fs` of Linux; measured 2026-11, 0.5 s in place
    of 1.8 s for 11,000 files.
    """
    api = _client_of(container).api
    with contextlib.suppress(DockerException, requests.RequestException, OSError):
        argv = ["rm", "-rf", "--one-file-system", "--", "/vercel", "/tmp"]  # noqa: S108
        handle = api.exec_create(container.id, argv, stdout=False, stderr=False)
        api.exec_start(handle["Id"], detach=True)
        end = time.monotonic() + _EMPTY_S
        while api.exec_inspect(handle["Id"]).get("Running") and time.monotonic() < end:
            time.sleep(0.05)


def _measure(container: Container) -> str:
    """Which files an install left, and under which start of the machine; empty if unknown.

    Only a machine that stops without warning leaves other content behind in a file that keeps its
    size and time, and it has another start afterwards; reading all content would take seconds.
    """
    code, output = _sh(container, [_MEASURE, "sh"], {})
    return output.decode("ascii", errors="replace").strip() if code == 0 else ""


_MEASURE = r"""
find /vercel -xdev -type f -printf '%p %s %Ts\n' | LC_ALL=C sort | cksum || exit 1
cat /proc/sys/kernel/random/boot_id 2>/dev/null || true
"""
# A submodule is an empty folder where it is not fetched, and may give way to its files.
_REMOVE_FILES = """
cd "$1" && xargs -0 -r rm -rf -- < "$2" || exit 1
while IFS= read -r -d '' name; do
  folder=${name%/*}
  while [ "$folder" != "$name" ] && rmdir -- "$folder" 2>/dev/null; do
    name=$folder; folder=${name%/*}
  done
done < "$2"
rm -f "$2"
"""
_REMOVE_PACKAGES = """
root=$1; app=$2; shift 2
for name in "$@"; do
  rm -rf "$app/node_modules/$name" "$root/node_modules/$name" "/vercel/node_modules/$name"
done
"""
_KEEP_FILES = """
cd "$1" || exit 0; kept=$2; shift 2
for name in "$@"; do
  [ -f "$name" ] || continue
  mkdir -p "$kept/$(dirname "$name")" && cp "$name" "$kept/$name"
done
"""
_ADD_PACKAGES = """
app=$1; shift
work=$(mktemp -d) && cd "$work" && echo '{}' > package.json || exit 1
npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps "$@" || exit 1
mkdir -p "$app/node_modules"
cd node_modules || exit 1
for dir in * @*/*; do
  case $dir in @*/*|[!@]*) ;; *) continue;; esac
  [ -d "$dir" ] || continue
  [ -e "$app/node_modules/$dir" ] && continue
  mkdir -p "$(dirname "$app/node_modules/$dir")" && mv "$dir" "$app/node_modules/$dir"
done
rm -rf "$work"
"""


class _EventReader:
    """Splits the output of a run into the project's log and the launcher's events."""

    def __init__(
        self,
        *,
        nonce: str,
        log: LogFile,
        install_log: bytes,
        live: _Live,
        progress: Progress,
        on_boundary: Callable[[], None],
        on_disk: Callable[[str], None],
    ) -> None:
        self._mark = f"\x1e{nonce} ".encode()
        self.live = live
        self._log, self._progress = log, progress
        self._on_boundary, self._on_disk = on_boundary, on_disk
        self._install_log = install_log
        self.install_span = (0, 0)
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        self._began: dict[tuple[str, str], tuple[float, int]] = {}

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of output."""
        data = self._rest + piece
        while (at := data.find(self._mark)) >= 0:
            end = data.find(b"\n", at)
            if end < 0:
                break
            self._log.write(data[:at])
            self._event(data[at + len(self._mark) : end])
            data = data[end + 1 :]
        if (at := data.rfind(b"\x1e")) >= 0 and len(data) - at < 65536:
            self._log.write(data[:at])
            self._rest = data[at:]
        else:
            self._log.write(data)
            self._rest = b""

    def finish(self) -> None:
        """Take what is left as log."""
        self._log.write(self._rest)
        self._rest = b""

    def _event(self, body: bytes) -> None:
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return
        if not isinstance(event, dict) or len(self.events) >= _MAX_EVENTS:
            return
        self.events.append(event)
        match event.get("event"):
            case "start":
                key = (str(event.get("phase")), str(event.get("command")))
                self._began[key] = (_seconds(event), self._log.lines)
                self._progress(f"{key[0]}: {key[1][:120]}")
                if key[0] == "install" and self.install_span == (0, 0):
                    self.install_span = (self._log.size, self._log.size)
            case "end":
                self._ended(event)
            case "skip":
                self._log.write(self._install_log)
                self._install_log = b""
            case "boundary":
                self._on_boundary()
            case "disk":
                self._on_disk(str(event.get("why")))
            case _:
                pass

    def _ended(self, event: Mapping[str, Any]) -> None:
        key = (str(event.get("phase")), str(event.get("command")))
        if key[0] == "install":
            self.install_span = (self.install_span[0], self._log.size)
        began, line = self._began.get(key, (0.0, None))
        code = event.get("code")
        self.live.spawns.append(
            SpawnEvent(
                phase=key[0],
                command=key[1][:2000],
                exit_code=int(code) if isinstance(code, int) else None,
                seconds=max(0.0, _seconds(event) - began),
                log_line=line,
            )
        )

    def install_seconds(self) -> float:
        """Seconds spent in installs so far."""
        return sum(s.seconds for s in self.live.spawns if s.phase == "install")


def _seconds(event: Mapping[str, Any]) -> float:
    """The time an event says it has, as far as that is a number."""
    value = event.get("t")
    return float(value) if isinstance(value, int | float) else 0.0


def _stage_steps(
    live: _Live, code: int | None, seconds: float, record: SnapshotRecord | None
) -> Iterator[StepRecord]:
    installs = [s for s in live.spawns if s.phase == "install"]
    install_s = sum(s.seconds for s in installs)
    if record is not None:
        yield StepRecord(name="install", exit_code=0, seconds=0.0, cached=True)
    if installs:
        yield StepRecord(name="install", exit_code=installs[-1].exit_code, seconds=install_s)
    snapshot_s = sum(s.seconds for s in live.steps if s.name == "snapshot")
    yield StepRecord(
        name="build", exit_code=code, seconds=max(0.0, seconds - install_s - snapshot_s)
    )


def _has_late_files(recipe: Recipe, inputs: InstallInputs) -> bool:
    return not inputs.whole and any(e.secret for e in recipe.source.entries.values())


def _is_package_name(name: str) -> bool:
    parts = name.split("/")
    return (
        0 < len(parts) <= 2
        and all(p and not p.startswith((".", "-")) for p in parts)
        and not any(c in name for c in " \t\n\\'\"$`;&|<>*?()[]{}")
        and (len(parts) == 2) == parts[0].startswith("@")
    )


def _classify_trouble(error: Exception, live: _Live) -> dict[str, Any]:
    text = str(getattr(error, "explanation", "") or error)
    if live.timed_out or live.disk_exceeded:
        return {"exit_code": None}
    if live.disk_full:
        return {"infra": UnresolvedReason.DISK_FULL, "infra_detail": live.disk_full}
    if isinstance(error, ImageNotFound):
        text = f"the mirror image is gone, `verifier image build` makes it again: {text}"
    if "no space left" in text.lower():
        reason = UnresolvedReason.DISK_FULL
    elif isinstance(error, (APIError, requests.RequestException, DockerException)):
        reason = UnresolvedReason.ENGINE_LOST
    else:
        reason = UnresolvedReason.OTHER
    return {"infra": reason, "infra_detail": text[:500]}


def _parse_collected(seen: object, *, oom: bool) -> dict[str, Any]:
    """The collector's JSON as fields of a run; anything malformed is left out."""
    if not isinstance(seen, dict):
        return {}
    found = seen.get("memory")
    memory: dict[str, Any] = found if isinstance(found, dict) else {}
    hits = seen.get("text_hits")
    peak = memory.get("peak")
    error = seen.get("builder_error")
    return {
        "builder_error": BuilderError(code=str(error["code"]), message=str(error["message"]))
        if isinstance(error, dict) and "code" in error and "message" in error
        else None,
        "output": _parse_output(seen.get("output")),
        "installed": _texts(seen.get("installed")),
        "node_version": str(seen.get("node_version", ""))[:40],
        "manager_version": str(seen.get("manager_version", ""))[:40],
        "collected": _texts(seen.get("collected")),
        "native_needs": _texts(seen.get("native_needs")),
        "text_hits": {
            str(k): tuple(str(f) for f in v)
            for k, v in (hits if isinstance(hits, dict) else {}).items()
            if isinstance(v, list)
        },
        "peak_memory_mib": int(peak) >> 20 if isinstance(peak, int) else None,
        "oom_killed": oom or bool(memory.get("oomKills")),
    }


def _texts(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _parse_output(value: object) -> Output:
    if not isinstance(value, dict):
        return Output()
    named = value.get("written")
    written = tuple(map(str, named)) if isinstance(named, list) else ()
    if not value.get("present"):
        return Output(written=written)
    return Output(
        present=True,
        directory=str(value.get("directory", "")),
        files=tuple(
            # Most files are the same in every trial, and their names are kept once.
            OutputFile(
                path=sys.intern(str(f["path"])),
                size_bytes=int(f["size_bytes"]),
                sha256=sys.intern(str(f["sha256"])),
            )
            for f in value.get("files", [])
        ),
        functions=tuple(
            OutputFunction(
                path=str(f["path"]),
                runtime=str(f["runtime"]),
                size_bytes=int(f["size_bytes"]),
                files=int(f["files"]),
                max_duration_s=f.get("max_duration_s"),
            )
            for f in value.get("functions", [])
        ),
        routes=tuple(str(r) for r in value.get("routes", [])),
        route_count=int(value.get("route_count", 0)),
        overrides=tuple(_texts(value.get("overrides")).items()),
        truncated=bool(value.get("truncated")),
        written=written,
    )

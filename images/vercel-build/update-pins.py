"""Refresh `pins.json` and the lockfile of the platform's command line from the npm registry.

Run by hand: `python images/vercel-build/update-pins.py [--check]`.
It asks the configured npm client (`npm view`), so it needs no registry address of its own.
With `--check` nothing is written and the exit status is 1 when newer versions exist.
It refuses pre-releases: the platform's image carries released versions only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PINS = HERE / "pins.json"
CLI = HERE / "vercel-cli"


def npm(*argv: str, cwd: Path = HERE) -> str:
    """Standard output of one npm command.

    Raises:
        SystemExit: npm is missing or answers with an error.

    """
    executable = shutil.which("npm")
    if executable is None:
        sys.exit("npm is not installed; update-pins asks the registry through the npm client")
    done = subprocess.run(  # noqa: S603 - fixed command, no shell
        [executable, *argv], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"npm {' '.join(argv)} failed:\n{done.stderr}")
    return done.stdout


def newest(name: str, version_range: str) -> dict[str, str]:
    """Name, version and integrity of the newest release of `name` inside `version_range`."""
    answer: Any = json.loads(
        npm("view", f"{name}@{version_range}", "version", "dist.integrity", "--json")
    )
    entries = answer if isinstance(answer, list) else [answer]
    released = [e for e in entries if re.fullmatch(r"\d+\.\d+\.\d+", e["version"])]
    if not released:
        sys.exit(f"{name}@{version_range} has no release")
    best = max(released, key=lambda e: tuple(int(part) for part in e["version"].split(".")))
    return {"name": name, "version": best["version"], "integrity": best["dist.integrity"]}


def refresh_cli(version: str) -> None:
    """Rewrite the lockfile of the platform's command line for `version`."""
    manifest_path = CLI / "package.json"
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    manifest["dependencies"]["vercel"] = version
    manifest_path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    (CLI / "package-lock.json").unlink(missing_ok=True)
    npm(
        "install",
        "--package-lock-only",
        "--omit=optional",
        "--ignore-scripts",
        "--no-audit",
        "--omit-lockfile-registry-resolved",
        cwd=CLI,
    )
    if '"resolved"' in (CLI / "package-lock.json").read_text(encoding="utf-8"):
        sys.exit("the lockfile names a registry; use npm 8.9 or newer")


def main() -> int:
    """Zero, or one when `--check` finds newer versions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="report only, write nothing")
    only_check: bool = parser.parse_args().check

    pins: dict[str, Any] = json.loads(PINS.read_text(encoding="utf-8"))
    moved: list[str] = []
    for tool in pins["tools"]:
        for machine, package in tool["packages"].items():
            now = newest(package["name"], tool["range"])
            if now["version"] != package.get("version"):
                moved.append(
                    f"{tool['id']} ({machine}): {package.get('version')} -> {now['version']}"
                )
            tool["packages"][machine] = now
    cli = newest("vercel", pins["cli"]["range"])
    if cli["version"] != pins["cli"].get("version"):
        moved.append(f"vercel: {pins['cli'].get('version')} -> {cli['version']}")

    for line in moved:
        sys.stdout.write(f"{line}\n")
    if only_check:
        return 1 if moved else 0
    pins["cli"].update(version=cli["version"], integrity=cli["integrity"])
    pins["refreshed"] = dt.datetime.now(tz=dt.UTC).date().isoformat()
    PINS.write_text(json.dumps(pins, indent=2) + "\n", encoding="utf-8")
    refresh_cli(cli["version"])
    return 0


if __name__ == "__main__":
    sys.exit(main())

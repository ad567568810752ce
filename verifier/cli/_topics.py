"""What `verifier explain` can explain: the docstrings of plug-ins, and the verdicts."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import textwrap

_VERDICTS = """The verdict is a function of how both sides ended.

local passes, clean passes, same output   equivalent       deployable
local passes, clean passes, other output  drift            deployable unless a cause is confirmed
local passes, clean fails                 regression       not deployable
local fails, clean fails                  broken_both      not deployable
local fails, clean passes                 clean_only_pass  deployable
nothing local known, clean passes         clean_pass       deployable
nothing local known, clean fails          clean_fail       not deployable
a side could not be observed              inconclusive     cannot tell
"""


def topics() -> dict[str, str]:
    """Topic → text, detectors first."""
    found: dict[str, str] = {}
    for package in ("detectors", "factors"):
        root = importlib.import_module(f"verifier.{package}")
        for module in pkgutil.iter_modules(root.__path__):
            if module.name.startswith("_"):
                continue
            loaded = importlib.import_module(f"{root.__name__}.{module.name}")
            name = str(getattr(loaded, "ID", module.name.replace("_", "-")))
            found[name if package == "detectors" else f"factor:{name}"] = (
                inspect.getdoc(loaded) or ""
            )
    found["verdicts"] = _VERDICTS
    found["sandbox"] = _sandbox()
    return found


def _sandbox() -> str:
    from verifier.engine.sandbox import ATTACKS, CAPABILITIES, profile

    allowed = sum(
        len(entry["names"])
        for entry in json.loads(profile())["syscalls"]
        if entry["action"] == "SCMP_ACT_ALLOW"
    )
    lines = [
        "What a project under examination may try, and what stops it.",
        "",
        (
            f"Each run has its own container: {len(CAPABILITIES)} capabilities "
            f"({', '.join(CAPABILITIES)}),"
        ),
        f"{allowed} system calls, no new privileges, nothing of the host mounted.",
        "A report in JSON says under `sandbox` what its runs were given.",
    ]
    for attack, stopped in ATTACKS:
        lines += ["", attack, *textwrap.wrap(stopped, 92, initial_indent="    ",
                                             subsequent_indent="    ")]  # fmt: skip
    return "\n".join(lines)

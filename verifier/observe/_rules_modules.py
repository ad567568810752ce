"""What bundlers and Node say about modules that lead nowhere, and names a module lacks."""

from __future__ import annotations

import re
from typing import Final

from verifier.model.outcome import Stage
from verifier.observe._rule import Around, Reading, Rule, place_in, place_near, rule
from verifier.observe._text import relative

_NATIVE: Final = re.compile(
    r"\.node$|(?:linux|darwin|win32)-(?:x64|arm64|ia32|arm)|lightningcss\.(?:linux|darwin|win32)"
)
_GENERATED: Final = re.compile(r"^\.prisma/client")
_CHECKED: Final = re.compile(r"\berror TS\d+: ")


def _native_name(specifier: str) -> str:
    """The package a native module belongs to: `../lightningcss.linux-x64-gnu.node` → dashed."""
    name = re.sub(r"\.node$", "", relative(specifier))
    if not name.startswith("@"):
        name = name.rsplit("/", 1)[-1]
    return (
        name.replace(".linux", "-linux").replace(".darwin", "-darwin").replace(".win32", "-win32")
    )


def _missing(match: re.Match[str], around: Around) -> Reading:
    specifier = match["subject"].strip()
    groups = match.groupdict()
    origin = groups.get("origin") or ""
    location = place_in(origin) or place_near(around)
    if _NATIVE.search(specifier):
        return Reading(
            subject=_native_name(specifier), error_class="native-binary-missing", length=4
        )
    if _GENERATED.match(specifier):
        specifier = ".prisma/client"
    if specifier.startswith(("/", "file://")):
        specifier = relative(specifier)
        if not origin and _is_main(around):
            return Reading(subject=specifier, error_class="file-not-found", length=8)
    # A type checker that stands alone says so; bundlers run theirs in a stage of its own.
    checked = Stage.TYPECHECK if _CHECKED.search(around.line) else None
    return Reading(subject=specifier, location=location, length=6, stage=checked)


def _is_main(around: Around) -> bool:
    """Whether nothing required the module: a command line named it."""
    near = "\n".join(around.after(20))
    if re.search(r"Require stack:\s*\n\s*- ", near):
        return False
    return bool(re.search(r"requireStack: \[\]", near))


def _export(match: re.Match[str], around: Around) -> Reading:
    groups = match.groupdict()
    location = place_in(groups.get("place") or groups.get("origin") or "") or place_near(around)
    # Variables that a framework turns into a module: a name it lacks is a variable not set.
    is_variable = bool(re.search(r"env/static/(?:public|private)", around.line))
    return Reading(
        subject=match["subject"],
        error_class="missing-env" if is_variable else None,
        detail=f"{match['subject']} missing" if is_variable else "",
        location=location,
        length=6,
    )


RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"Module not found: (?:Error: )?Can(?:'t|not) resolve [`'\"](?P<subject>[^`'\"]+)[`'\"]"
        r"(?: in [`'\"](?P<origin>[^`'\"]*)[`'\"])?",
        "module-not-found",
        read=_missing,
    ),
    rule(
        r"Cannot find (?:package|module) [`'\"](?P<subject>[^`'\"]+)[`'\"]"
        r"(?: imported from (?P<origin>\S+)| or its corresponding type declarations)?",
        "module-not-found",
        read=_missing,
    ),
    rule(
        r"Cannot find module (?P<subject>@?[\w-]+/?[\w.-]*-(?:linux|darwin|win32)[\w-]*)",
        "native-binary-missing",
        read=lambda m, _a: Reading(subject=m["subject"], length=3),
    ),
    rule(
        r"(?:Rollup|Rolldown|Vite)? ?[Ff]ailed to resolve import [`'\"](?P<subject>[^`'\"]+)[`'\"]"
        r"(?: from [`'\"](?P<origin>[^`'\"]+)[`'\"])?",
        "module-not-found",
        read=_missing,
    ),
    rule(
        r"(?:Could not|Cannot|Can't|Unable to) resolve [`'\"](?P<subject>[^`'\"]+)[`'\"]"
        r"(?: (?:from|in|imported (?:from|by)) [`'\"](?P<origin>[^`'\"]+)[`'\"])?",
        "module-not-found",
        read=_missing,
    ),
    rule(
        r"Could not load (?P<subject>[^\s(]+) \(imported by (?P<origin>[^)]+)\): ENOENT",
        "module-not-found",
        read=lambda m, _a: Reading(
            subject=relative(m["subject"]), location=place_in(m["origin"]), length=4
        ),
    ),
    rule(
        r"\[UNLOADABLE_DEPENDENCY\] Could not load (?P<subject>\S+)",
        "module-not-found",
        read=lambda m, a: Reading(subject=relative(m["subject"]), location=place_near(a), length=6),
    ),
    rule(
        r"(?:Could not|Can't|Unable to) resolve (?:entry module|import) "
        r"[`'\"(]?(?P<subject>[^`'\")\s]+)",
        "module-not-found",
        read=_missing,
    ),
    rule(
        r"Failed to resolve entry for package \"(?P<subject>[^\"]+)\"",
        "module-not-found",
        read=_missing,
    ),
    rule(
        r"Can't find stylesheet to import|Can't resolve '(?P<subject>[^']+\.(?:s?css|sass|less))'",
        "module-not-found",
        read=lambda m, a: Reading(subject=m["subject"] or "", location=place_near(a), length=6),
    ),
    rule(
        r"Package subpath '(?P<subject>[^']+)' is not defined by \"exports\"",
        "export-missing",
        read=_export,
    ),
    rule(
        r"Could not load the \"(?P<subject>sharp)\" module using the",
        "native-binary-missing",
    ),
    rule(
        r"(?:Error: )?(?P<subject>[^\s:]+\.node): (?:cannot open shared object|invalid ELF"
        r"|undefined symbol"
        r"|wrong ELF class)|was compiled against a different Node\.js version",
        "native-binary-missing",
        read=lambda m, _a: Reading(subject=_native_name(m["subject"] or ""), length=3),
    ),
    rule(
        r"The package \"(?P<subject>@[^\"]+)\" could not be found, and is needed by",
        "native-binary-missing",
        read=lambda m, _a: Reading(subject=m["subject"], length=3),
    ),
    rule(
        r"Failed to load SWC binary for (?P<subject>\S+?)(?:,|$)",
        "native-binary-missing",
    ),
    rule(
        r"@prisma/client did not initialize yet|Cannot find module '\.prisma/client",
        "module-not-found",
        subject=".prisma/client",
    ),
    rule(
        r"(?P<place>\S+ \(\d+:\d+\): )?[\"'](?P<subject>[\w$.-]+)[\"'] is not exported by"
        r" [\"'][^\"']+[\"'](?:, imported by [\"'](?P<origin>[^\"']+)[\"'])?",
        "export-missing",
        read=_export,
    ),
    rule(
        r"No matching export in [\"'][^\"']+[\"'] for import [\"'](?P<subject>[\w$]+)[\"']",
        "export-missing",
        read=_export,
    ),
    rule(
        r"(?:The requested module|Named export) ['\"](?P<module>[^'\"]+)['\"]"
        r" (?:does not provide an export named ['\"](?P<subject>[\w$]+)['\"]|not found)",
        "export-missing",
        read=lambda m, a: Reading(subject=m["subject"] or m["module"], location=place_near(a)),
    ),
    rule(
        r"^(?:Error: )?Export (?P<subject>[\w$]+) doesn't exist in target module",
        "export-missing",
        read=_export,
    ),
    rule(
        r"Attempted import error: '(?P<subject>[\w$]+)' is not exported from",
        "export-missing",
        read=_export,
    ),
    rule(
        r"[\"'](?P<subject>[\w$]+)[\"'] cannot be imported from the module|"
        r"does not contain a default export",
        "export-missing",
        read=lambda m, a: Reading(subject=m["subject"] or "default", location=place_near(a)),
    ),
)

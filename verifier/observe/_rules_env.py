"""What programs say about variables they miss, in whatever words.

The words differ with every library; what they share is a name in capitals beside a word of want,
or a client object that was built without its key.
"""

from __future__ import annotations

import re
from typing import Final

from verifier.observe._env_names import NAME, NOT_VARIABLES, block_below, complaints, names_in
from verifier.observe._rule import Around, Reading, Rule, rule

_WANT: Final = (
    r"(?:is|are|was|were|be|been|got|must)?\s*(?:required|missing|not set|not defined|not provided"
    r"|not found|not configured|not specified|not present|not available|unset|undefined|empty"
    r"|blank|invalid"
    r"|must be (?:set|defined|provided|specified|configured|present|a )"
    r"|(?:is|are)n['\u2019]t (?:set"
    r"|defined)"
    r"|has not been (?:set|defined)|wasn['\u2019]t (?:set|provided))"
)
_NAME_WANT: Final = (
    rf"(?P<subject>{NAME})[`'\"”\u2019)\]]*(?: (?:environment|env)(?:ironment)? var(?:iable)?s?)?"
    rf"(?:\s*:)?[\s,]+(?:\w+ ){{0,3}}?{_WANT}"
)
_WANT_NAME: Final = (
    rf"(?:[Mm]issing|[Rr]equired?s?|[Uu]ndefined|[Uu]nset|[Nn]o|[Ii]nvalid|[Nn]ot found"
    rf"|[Nn]ot set|[Ss]et|[Pp]rovide|[Dd]efine"
    rf"|[Ee]xpected|[Cc]annot find|[Cc]ould not find|[Cc]an't find|[Nn]eeds?|[Ee]mpty"
    rf"|[Ff]ailed to (?:read|load|get))"
    rf"(?:\W+\w+){{0,7}}?\W+(?P<subject>{NAME})\b"
)
_HEADER: Final = (
    r"(?i)(?P<want>invalid|missing|incorrect|malformed|undefined|unset|bad|failed to (?:parse"
    r"|validate|load))"
    r"[^\n]{0,40}?\b(?:environment|env)(?:ironment)?[ _-]?(?:variable|var|config|schema|value"
    r"|validation)?s?\b"
    r"|(?:environment|env)(?:ironment)? (?:variable|var|config)?s?[^\n]{0,60}?"
    r"(?:invalid|missing|validation (?:error|failed)|failed|not set|not found|required)"
)
_SDK_WORDS: Final = (
    r"(?:api[ _-]?key|apikey|secret[ _-]?key|publishable ?key|access ?token|auth ?token|token"
    r"|secret"
    r"|credentials?|supabase(?:Url|Key)|project ?id|app ?id|client ?id|client ?secret|database ?url"
    r"|connection ?string|url|endpoint|dsn|account ?sid|service ?account|private ?key|dataset"
    r"|space|domain)"
)
_KEYLIKE: Final = re.compile(
    r"^(?:[a-z]+(?:[A-Z][a-z]*)*(?:Url|Key|Token|Secret|Id|Sid|Dsn|Uri|Domain|Credentials?))$|"
    r"^(?:apiKey|url|token|dsn|accountSid|username|password)$"
)


def _validated(_match: re.Match[str], around: Around) -> Reading | None:
    lines = block_below(around)
    found = complaints(lines)
    if not found:
        return None
    names = sorted(found)
    detail = ", ".join(f"{name} {found[name]}" for name in names)
    return Reading(
        subject=",".join(names),
        detail=detail,
        line=f"invalid environment variables: {detail}",
        length=len(lines),
    )


def _header(match: re.Match[str], around: Around) -> Reading | None:
    """A heading of a validator, or one sentence that names what is missing."""
    if re.match(r"(?i)^\s*(?:[⚠]|warn)", around.line):
        return None
    reading = _validated(match, around)
    inline = names_in(around.line)
    if reading is not None and not inline:
        return reading
    if reading is not None and len(reading.subject.split(",")) > len(inline):
        return reading
    return _named(inline, around)


def _named(names: tuple[str, ...], around: Around) -> Reading | None:
    if not names:
        return None
    subject = ",".join(sorted(names))
    why = "empty" if re.search(r"\bempty\b", around.line) else "missing"
    detail = ", ".join(f"{name} {why}" for name in sorted(names))
    return Reading(subject=subject, error_class="missing-env", detail=detail, length=3)


def _sentence(match: re.Match[str], around: Around) -> Reading | None:
    """One sentence with a name and a word of want; a name that is not defined is JavaScript's."""
    line = around.line
    if re.search(r"ReferenceError|TypeError: (?!.*(?:env|variable))", line) or re.match(
        r"(?i)^\s*(?:[⚠]|warn|\(node:)", line
    ):
        return None
    name = match["subject"]
    if NOT_VARIABLES.match(name):
        return None
    names = tuple(n for n in names_in(line) if n == name or _together(line, name, n))
    return _named(names or (name,), around)


def _together(line: str, one: str, other: str) -> bool:
    """Whether two names stand in one enumeration: `A, B and C`."""
    pattern = rf"{re.escape(one)}[`'\"]?(?:\s*(?:,|and|or|&|/|\+)+\s*[`'\"]?{NAME}[`'\"]?)*"
    match = re.search(pattern, line)
    if match and other in match[0]:
        return " or " not in match[0]
    back = re.search(
        rf"{re.escape(other)}[`'\"]?\s*(?:,|and|&|\+)+\s*[`'\"]?{re.escape(one)}", line
    )
    return back is not None


def _sdk(match: re.Match[str], around: Around) -> Reading | None:
    if re.match(r"(?i)^\s*(?:[⚠]|warn)", around.line):
        return None
    names = names_in(around.line)
    groups = match.groupdict()
    subject = names[0] if names else (groups.get("subject") or "")
    detail = f"{subject} missing" if subject else ""
    return Reading(subject=subject, error_class="sdk-without-key", detail=detail, length=3)


def _camel(match: re.Match[str], around: Around) -> Reading | None:
    subject = match["subject"]
    if not _KEYLIKE.match(subject):
        return None
    return _sdk(match, around)


def _url(match: re.Match[str], around: Around) -> Reading | None:
    """An address that is none; its text tells whether the variable is absent or lacks a scheme."""
    near = "\n".join(around.after(14))
    given = re.search(r"input: ['\"`]([^'\"`\n]{0,200})", f"{around.line}\n{near}")
    inline = re.search(r"Invalid URL:? ['\"`]?([^\s'\"`]{1,200})", around.line)
    subject = given[1] if given else (inline[1] if inline else "")
    named = re.search(r"\benv\([\"'](\w+)[\"']\)", near)
    if not subject and named:
        subject = named[1]
    subject = re.sub(r"//[^/@\s]*@", "//***@", subject)
    line = f"{match[0].strip()}: '{subject}'" if given else ""
    return Reading(subject=subject, line=line, length=8)


RULES: Final[tuple[Rule, ...]] = (
    rule(r"(?:Zod|Valibot|Vali|\$Zod|Joi|Validation)Error\b", "env-validation", read=_validated),
    rule(r"[Ee]nvironment variable not found: (?P<subject>\w+)", "missing-env", read=_sentence),
    rule(
        rf"(?i:missing credentials|neither apiKey nor|api key|api_key"
        rf"|credential)[^\n]{{0,160}}\b{NAME}\b"
        rf"|(?:The )?{NAME} environment variable is missing or empty; either provide it",
        "sdk-without-key",
        read=_sdk,
    ),
    rule(_HEADER, "env-validation", read=_header),
    rule(
        r"(?P<subject>supabaseUrl|supabaseKey) is required|project's (?P<other>URL) and (?:Key"
        r"|API key)"
        r" are required",
        "sdk-without-key",
        read=lambda m, _a: Reading(
            subject=m["subject"] or "supabaseUrl", detail="supabase client without its values"
        ),
    ),
    rule(
        r"Neither (?P<subject>apiKey) nor config\.authenticator provided",
        "sdk-without-key",
        read=_sdk,
    ),
    rule(
        r"(?:Missing|No) (?P<subject>publishableKey|secretKey|apiKey|projectId|clientId)\b",
        "sdk-without-key",
        read=_sdk,
    ),
    rule(r"Firebase: .{0,80}\((?P<subject>auth/invalid-api-key)\)", "sdk-without-key", read=_sdk),
    rule(
        r"Invalid URL\b|ERR_INVALID_URL|Failed to parse URL from|Only absolute URLs are supported"
        r"|is not an absolute URL",
        "invalid-url",
        read=_url,
    ),
    rule(_NAME_WANT, "missing-env", read=_sentence),
    rule(
        rf"^(?=.*(?:[Ee]rror|[Mm]issing|\u2a2f|❌|✗|✖|fatal))(?:.*?){_WANT_NAME}",
        "missing-env",
        read=_sentence,
    ),
    rule(
        r"['\"`]?(?P<subject>[a-z][A-Za-z]+)['\"`]? (?:property |option |parameter |field |value )?"
        r"(?:is|must be|was) (?:required|missing|not (?:set|provided|defined)|undefined"
        r"|provided|specified)\b",
        "sdk-without-key",
        read=_camel,
    ),
    rule(
        rf"(?i)^(?:.{{0,60}}\berror\b.{{0,20}}: |\s*\[cause\]: ).{{0,60}}?"
        rf"(?:missing|no|without|must (?:provide|contain|have|specify)|expected|requires?)"
        rf"[^\n]{{0,50}}?\b(?P<subject>{_SDK_WORDS})\b",
        "sdk-without-key",
        read=_sdk,
    ),
    rule(
        r"Invalid scheme, expected connection string to start with|must start with the protocol"
        r"|Invalid supabaseUrl|Connection url is (?:empty|invalid)",
        "invalid-url",
        read=_url,
    ),
)

"""Values of the right shape for variables whose real value nobody here knows.

A dummy only shows whether the build needs the variable to be there; what a live service would
answer stays unknown. Shapes come from names and from defaults in the code. Hosts are reserved
names, so that a trial never talks to anybody's service.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from verifier.model.project import EnvRead


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a value looks like: words for a person, an example for a trial."""

    words: str
    example: str


def _jwt() -> str:
    def part(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    head = part('{"alg":"HS256","typ":"JWT"}')
    body = part(
        '{"iss":"supabase","ref":"example","role":"anon","iat":1700000000,"exp":2000000000}'
    )
    return f"{head}.{body}.{part('example-signature-of-a-dummy-key')}"


_FILL: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCD"
_CLERK: Final = base64.b64encode(b"example.clerk.accounts.dev$").decode()
_PEM: Final = "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n"
_URL: Final = "https://example.com"
_POSTGRES: Final = "postgresql://user:password@db.example.com:5432/app"

_RULES: Final[tuple[tuple[str, str, str], ...]] = (
    # pattern of the name, words, example; the first that fits counts
    (r"CLERK.*PUBLISHABLE_KEY", "a Clerk publishable key", f"pk_test_{_CLERK}"),
    (r"CLERK.*SECRET_KEY", "a Clerk secret key", f"sk_test_{_FILL}"),
    (r"CONVEX_URL", "a Convex deployment URL", "https://happy-animal-123.convex.cloud"),
    (r"SUPABASE_URL", "a Supabase project URL", "https://example.supabase.co"),
    (r"SUPABASE.*(ANON|PUBLISHABLE|SERVICE|SECRET|KEY)", "a Supabase key", _jwt()),
    (r"ANON_KEY", "a key in the form of a JWT", _jwt()),
    (r"SENTRY.*DSN|(^|_)DSN$", "a DSN", "https://0123456789abcdef@o0.ingest.example.com/0"),
    (r"MONGO.*(URI|URL|CONNECTION)", "a MongoDB URL", "mongodb://user:password@db.example.com/app"),
    (r"(UPSTASH|KV)_.*REST.*URL", "a URL", _URL),
    (r"(REDIS|KV|CACHE).*(URL|URI)", "a Redis URL", "redis://default:password@db.example.com:6379"),
    (r"MYSQL.*(URL|URI)|PLANETSCALE.*URL", "a MySQL URL",
     "mysql://user:password@db.example.com:3306/app"),
    (r"AMQP.*URL|RABBIT.*URL", "an AMQP URL", "amqp://user:password@mq.example.com:5672"),
    (r"(DATABASE|POSTGRES|DB|DIRECT|SHADOW|NEON).*(URL|URI)|^PG_URL|POSTGRES_PRISMA_URL",
     "a database URL", _POSTGRES),
    (r"(SMTP|EMAIL|MAIL)_?SERVER(_URL)?$", "an SMTP URL", "smtp://user:password@mail.example.com:587"),
    (r"(WS|WSS|WEBSOCKET|SOCKET).*(URL|URI)", "a WebSocket URL", "wss://example.com"),
    (r"STRIPE.*(PUBLISHABLE|PUBLIC)", "a Stripe publishable key", f"pk_test_{_FILL}"),
    (r"WEBHOOK.*SECRET|SIGNING_SECRET", "a webhook secret", f"whsec_{_FILL}"),
    (r"STRIPE.*(SECRET|KEY)", "a Stripe secret key", f"sk_test_{_FILL}"),
    (r"STRIPE.*PRICE", "a Stripe price id", "price_0123456789abcdefghijklmn"),
    (r"RESEND.*KEY", "an API key", f"re_{_FILL}"),
    (r"SENDGRID.*KEY", "an API key", f"SG.{_FILL[:22]}.{_FILL}abc"),
    (r"OPENAI.*KEY|ANTHROPIC.*KEY|DEEPSEEK.*KEY", "an API key", f"sk-{_FILL}"),
    (r"(FIREBASE|GOOGLE|GEMINI|MAPS).*API_KEY", "a Google API key", f"AIza{_FILL[:35]}"),
    (r"PRIVATE_KEY$", "a private key in PEM form", _PEM),
    (r"GOOGLE.*CLIENT_ID", "an OAuth client id", "000000000000-example.apps.googleusercontent.com"),
    (r"(GA|GTAG|MEASUREMENT)(_TRACKING)?_?ID", "a measurement id", "G-0000000000"),
    (r"SANITY.*PROJECT_ID", "a Sanity project id", "abcd1234"),
    (r"DATASET", "a data set's name", "production"),
    (r"API_VERSION", "a date", "2024-01-01"),
    (r"(URL|URI|ORIGIN|ENDPOINT|BASE|WEBSITE|HOMEPAGE|CALLBACK|REDIRECT)S?$|_URL_|^URL_",
     "a URL", _URL),
    (r"EMAIL|MAIL_FROM|FROM_ADDRESS|SENDER$", "an email address", "noreply@example.com"),
    (r"SMTP_PORT|MAIL_PORT", "a port", "587"),
    (r"(DB|PG|POSTGRES|DATABASE)_?PORT", "a port", "5432"),
    (r"PORT$", "a port", "3000"),
    (r"(HOST|HOSTNAME|DOMAIN|SERVER)S?$", "a host name", "example.com"),
    (r"^(IS|USE|ENABLE|DISABLE|HAS|SHOW|ALLOW|SKIP|FEATURE)_|_(ENABLED|DISABLED|ACTIVE)$|^DEBUG$",
     "true or false", "true"),
    (r"LOG_?LEVEL", "a log level", "info"),
    (r"REGION", "a region", "us-east-1"),
    (r"(TIMEOUT|LIMIT|MAX|MIN|COUNT|TTL|SIZE|_MS|SECONDS|MINUTES|DAYS|INTERVAL|RETRIES|AMOUNT)$",
     "a number", "1000"),
    (r"CHAIN_?ID", "a number", "1"),
    (r"(ENCRYPTION|CIPHER|AES).*KEY|HEX", "64 hexadecimal digits", "0123456789abcdef" * 4),
    (r"CLIENT_ID|APP_ID|PROJECT_ID|TENANT", "an id", "example-id"),
    (r"UUID|GUID", "a UUID", "00000000-0000-4000-8000-000000000000"),
    (r"(LOCALE|LANG|LANGUAGE)$", "a language", "en"),
    (r"(NODE|APP|DEPLOY|VERCEL)?_?(ENV|ENVIRONMENT|STAGE)$", "a stage", "production"),
    (r"(SECRET|SALT|PASSWORD|PASS|PWD|PEPPER)", "a secret of 32 characters or more",
     f"dummy-{_FILL}"),
    (r"(KEY|TOKEN|CREDENTIAL|AUTH)S?", "a key", f"dummy_{_FILL}"),
    (r"JSON|CONFIG$", "JSON", "{}"),
    (r"_?ID$", "an id", "example-id"),
)  # fmt: skip
_COMPILED: Final = tuple((re.compile(p), w, e) for p, w, e in _RULES)
_PREFIXES: Final = re.compile(
    r"^(NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|NUXT_PUBLIC|NUXT|EXPO_PUBLIC|GATSBY|VUE_APP)_"
)
_IS_URL: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SWITCH: Final = re.compile(
    r"^(SKIP|NO|DISABLE|ENABLE|IGNORE|ALLOW|USE|IS|FORCE|ANALYZE|DRY_RUN|DEBUG|VERBOSE|MOCK)(_|$)"
)
_MARKERS: Final = frozenset({"", "optional", "undefined", "null"})


def shape_of(name: str, reads: Iterable[EnvRead] = ()) -> Shape:
    """The shape a variable most likely has; a literal default in the code speaks first."""
    named = _by_name(name)
    for read in reads:
        hint = (read.fallback or "").strip("\"'`")
        if read.name != name or hint in _MARKERS or len(hint) > 200:
            continue
        if _IS_URL.match(hint):
            return named if _IS_URL.match(named.example) else Shape(words="a URL", example=_URL)
        if hint.isdigit():
            return Shape(words="a number", example=hint)
        if hint in {"true", "false"}:
            return Shape(words="true or false", example=hint)
        if named.words == "text":
            return Shape(words=f"text such as {hint!r}", example=hint)
    return named


def dummy_value(name: str, reads: Iterable[EnvRead] = ()) -> str:
    """A value by which a build can be told whether it needs the variable at all."""
    return shape_of(name, reads).example


def expects_url(name: str) -> bool:
    """Whether the name promises a value with a scheme."""
    return bool(_IS_URL.match(_by_name(name).example))


def is_switch(name: str, reads: Iterable[EnvRead] = ()) -> bool:
    """Whether the variable turns something on or off."""
    return bool(_SWITCH.match(_PREFIXES.sub("", name.upper()))) or (
        shape_of(name, reads).words == "true or false"
    )


def _by_name(name: str) -> Shape:
    bare = _PREFIXES.sub("", name.upper())
    for pattern, words, example in _COMPILED:
        if pattern.search(bare):
            return Shape(words=words, example=example)
    return Shape(words="text", example="example")

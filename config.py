"""Every setting, read from the environment (or a ``.env`` file) in one place."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent
VERSION = "0.2.0"

# NIST SP 800-107: an HMAC-SHA256 key should be as long as its output, 32 bytes.
SHORTEST_KEY = 32
FEWEST_STEPS = 8
EXAMPLE_KEYS = ("changeme", "example", "secret", "you-will-never-guess")

POSTGRESQL = "postgresql+psycopg://"


class SettingError(ValueError):
    """A setting has an invalid or unsafe value."""


def environment() -> dict[str, str]:
    """Return the process environment; ``.env`` gives the variables that it lacks."""
    from_file = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v is not None}
    return from_file | dict(os.environ)


def settings(env: Mapping[str, str]) -> dict[str, object]:
    """Return the Flask configuration for the environment ``env``.

    Raises :class:`SettingError` with a message for the operator of the site.
    """
    instance = Path(env.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    base_url = env.get("BASE_URL", "").rstrip("/")
    https = base_url.startswith("https://")
    mail_server = env.get("MAIL_SERVER") or None
    site = env.get("SITE_NAME") or "Microblog"
    redis_url = env.get("REDIS_URL") or None
    database_url = _database_url(env.get("DATABASE_URL"), instance)

    return {
        # The folder of the database, the secret key and the logs.
        "INSTANCE_PATH": str(instance),
        "VERSION": VERSION,
        # The cache of templates compiled by Jinja.
        "TEMPLATE_CACHE": instance / "cache" / "templates",
        # Signs cookies and tokens. Without it, a key is made on the first start and saved.
        # Several machines of one community must have the same key.
        "SECRET_KEY": env.get("SECRET_KEY") or _saved_secret_key(instance),
        "SECRET_KEY_IS_OF_THIS_MACHINE": not env.get("SECRET_KEY"),
        # sqlite:///path or postgresql://user:password@host/name.
        "SQLALCHEMY_DATABASE_URI": database_url,
        # A streaming replica of that PostgreSQL database. Viewers without recent writes read from
        # it; while the replica is down or lags, they read from the primary.
        "DATABASE_READ_URL": _read_url(env.get("DATABASE_READ_URL"), database_url),
        # The job queue and the rate limits, shared by all machines. Without Redis, each process
        # counts its own limits.
        "REDIS_URL": redis_url,
        # The public URL of the site, with scheme; links in mails use it.
        "BASE_URL": base_url or f"http://127.0.0.1:{_number(env, 'PORT', 8000)}",
        # The address and the port that the server listens on.
        "HOST": env.get("HOST") or "127.0.0.1",
        "PORT": _number(env, "PORT", 8000),
        "WEB_WORKERS": _number(env, "WEB_WORKERS", 2),
        # The number of proxies that set X-Forwarded-For and X-Forwarded-Proto.
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES", 0),
        # Whether browsers that came by HTTPS may use nothing else on subdomains of the host, too.
        "HSTS_SUBDOMAINS": _switch(env, "HSTS_SUBDOMAINS"),
        "TRUSTED_HOSTS": _trusted_hosts(base_url),
        # Without a server, mails are written to the log.
        "MAIL_SERVER": mail_server,
        "MAIL_PORT": _number(env, "MAIL_PORT", 25),
        "MAIL_USE_TLS": _switch(env, "MAIL_USE_TLS"),
        "MAIL_USERNAME": env.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD") or None,
        "MAIL_DEFAULT_SENDER": env.get("MAIL_DEFAULT_SENDER")
        or f"noreply@{urlsplit(base_url).hostname or 'localhost'}",
        # The recipients of error mails, separated by commas.
        "ADMINS": [a.strip() for a in env.get("ADMINS", "").split(",") if a.strip()],
        "SITE_NAME": site,
        # "local" draws identicons; with "gravatar", browsers load avatars from gravatar.com,
        # which sees the IP addresses of viewers.
        "AVATARS": _choice(env, "AVATARS", ("local", "gravatar")),
        # Whether people can register.
        "REGISTRATION": _choice(env, "REGISTRATION", ("open", "closed")),
        # The lifetime of a page in the anonymous cache, in seconds; 0 turns the cache off.
        "STRANGERS_WAIT": _number(env, "STRANGERS_WAIT", 2),
        # The maximum length of a post, in code points.
        "POST_MAX_CHARS": _number(env, "POST_MAX_CHARS", 500),
        # The following values are the same everywhere and not read from the environment.
        # Login sessions are rows that can be revoked. The session protection of Flask-Login would
        # sign people out when their IP address changes.
        "SESSION_PROTECTION": None,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_NAME": "__Host-remember" if https else "remember",
        "REMEMBER_COOKIE_SECURE": https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": timedelta(days=365),
        # A CSRF token is valid as long as the session, so that a page left open can still post.
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        # The order of preference if a browser accepts several. The levels are explained in
        # docs/performance.md, "Compression". deflate is left out, as browsers implement it
        # differently.
        "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
        "COMPRESS_ZSTD_LEVEL": 3,
        "COMPRESS_BR_LEVEL": 3,
        "COMPRESS_BR_WINDOW": 18,
        "COMPRESS_LEVEL": 4,
        # A smaller answer fits into one packet without compression.
        "COMPRESS_MIN_SIZE": 500,
        # app.web.compression decides what is compressed; such answers have no ETag.
        "COMPRESS_REGISTER": False,
        "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "LANGUAGES": {"en": "English", "es": "Español"},
        "PASSWORD_HASH": "scrypt:32768:8:3",
        "RATELIMIT_STORAGE_URI": redis_url or "memory://",
        "RATELIMIT_STRATEGY": "moving-window",
        # If Redis is down, requests are not limited instead of failing.
        "RATELIMIT_SWALLOW_ERRORS": True,
    }


def refuse_unsafe(config: Mapping[str, object], *, debug: bool) -> None:
    """Raise :class:`SettingError` for a weak key, with which anyone could sign cookies."""
    key = str(config["SECRET_KEY"])
    # From one character to the next, a random key makes many different steps.
    steps = {ord(after) - ord(before) for before, after in pairwise(key)}
    repeats = len(steps) < FEWEST_STEPS or key in (key + key)[1:-1]
    weak = len(key) < SHORTEST_KEY or any(word in key.lower() for word in EXAMPLE_KEYS) or repeats
    if weak and not debug:
        raise SettingError(
            f"SECRET_KEY is weak: give at least {SHORTEST_KEY} random characters, "
            "or leave it out and one is made for you."
        )


def _saved_secret_key(instance: Path) -> str:
    """Return the key in the instance folder; make it on the first start.

    Two processes may start at once. Each writes its own file, and the first process
    that links its file to the final name wins.
    """
    kept = instance / "secret_key"
    if not kept.exists():
        instance.mkdir(parents=True, exist_ok=True)
        own = instance / f".secret_key.{os.getpid()}"
        handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(own, kept)
        own.unlink()
    return kept.read_text().strip()


def _database_url(url: str | None, instance: Path) -> str:
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{instance / 'microblog.sqlite3'}"
    return _with_driver(url)


def _read_url(url: str | None, database_url: str) -> str | None:
    if not url:
        return None
    url = _with_driver(url)
    if not (url.startswith(POSTGRESQL) and database_url.startswith(POSTGRESQL)):
        raise SettingError(
            "DATABASE_READ_URL names a PostgreSQL replica of the database in DATABASE_URL: "
            "both are postgresql://user:password@host/name."
        )
    return url


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{POSTGRESQL}{rest}" if scheme in ("postgres", "postgresql") else url


def _trusted_hosts(base_url: str) -> list[str]:
    try:
        host = urlsplit(base_url).hostname
    except ValueError:
        host = None
    if base_url and not host:
        raise SettingError(f"BASE_URL is no address: {base_url!r}. Try https://example.org")
    return [host] if host else ["localhost", "127.0.0.1", "[::1]"]


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name) or str(default)
    if not (value.isascii() and value.isdigit()):
        raise SettingError(f"{name} takes a whole number, not {value!r}.")
    return int(value)


def _switch(env: Mapping[str, str], name: str) -> bool:
    value = (env.get(name) or "off").lower()
    if value not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise SettingError(f"{name} takes on or off, not {value!r}.")
    return value in ("1", "true", "yes", "on")


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The first of ``choices`` is the default."""
    value = env.get(name) or choices[0]
    if value not in choices:
        raise SettingError(f"{name} takes one of {', '.join(choices)}, not {value!r}.")
    return value

"""Every setting, read from the environment (or a ``.env`` file) in one place."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent
VERSION = "0.2.0"

# NIST SP 800-107: an HMAC-SHA256 key should be as long as its output, 32 bytes.
SHORTEST_KEY = 32
EXAMPLE_KEYS = ("changeme", "example", "secret", "you-will-never-guess")

POSTGRESQL = "postgresql+psycopg://"


class SettingError(ValueError):
    """A setting holds what the application cannot, or will not, run with."""


def environment() -> dict[str, str]:
    """Return the process environment, filled up from ``.env`` where it is silent."""
    from_file = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v is not None}
    return from_file | dict(os.environ)


def settings(env: Mapping[str, str]) -> dict[str, object]:
    """Return the Flask configuration that the environment ``env`` asks for.

    Raises :class:`SettingError`, in words for the person who runs the site.
    """
    instance = Path(env.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    base_url = env.get("BASE_URL", "").rstrip("/")
    https = base_url.startswith("https://")
    mail_server = env.get("MAIL_SERVER") or None
    site = env.get("SITE_NAME") or "Microblog"
    redis_url = env.get("REDIS_URL") or None
    database_url = _database_url(env.get("DATABASE_URL"), instance)

    return {
        # Where the database, the secret key and the logs live.
        "INSTANCE_PATH": str(instance),
        "VERSION": VERSION,
        # Templates, compiled by Jinja.
        "TEMPLATE_CACHE": instance / "cache" / "templates",
        # Signs cookies and tokens. Made on first start and kept when absent; several machines
        # that serve one community must be given the same.
        "SECRET_KEY": env.get("SECRET_KEY") or _kept_secret_key(instance),
        "SECRET_KEY_IS_OF_THIS_MACHINE": not env.get("SECRET_KEY"),
        # sqlite:///path or postgresql://user:password@host/name.
        "SQLALCHEMY_DATABASE_URI": database_url,
        # A streaming replica of that PostgreSQL database: it draws the pages of people who
        # did not just write. When it is away or far behind, the database itself does.
        "DATABASE_READ_URL": _read_url(env.get("DATABASE_READ_URL"), database_url),
        # Shares jobs and rate limits between machines; without it each process counts alone.
        "REDIS_URL": redis_url,
        # The address that people type, with scheme: links in mails use it.
        "BASE_URL": base_url or f"http://127.0.0.1:{_number(env, 'PORT', 8000)}",
        # What the server listens on.
        "HOST": env.get("HOST") or "127.0.0.1",
        "PORT": _number(env, "PORT", 8000),
        "WEB_WORKERS": _number(env, "WEB_WORKERS", 2),
        # How many proxies in front of us set X-Forwarded-For and -Proto.
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES", 0),
        "TRUSTED_HOSTS": _trusted_hosts(base_url),
        # Without a server, mails are written to the log.
        "MAIL_SERVER": mail_server,
        "MAIL_PORT": _number(env, "MAIL_PORT", 25),
        "MAIL_USE_TLS": _switch(env, "MAIL_USE_TLS"),
        "MAIL_USERNAME": env.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD") or None,
        "MAIL_DEFAULT_SENDER": env.get("MAIL_DEFAULT_SENDER")
        or f"noreply@{urlsplit(base_url).hostname or 'localhost'}",
        # Who is told of errors by mail, separated by commas.
        "ADMINS": [a.strip() for a in env.get("ADMINS", "").split(",") if a.strip()],
        "SITE_NAME": site,
        # "local" draws avatars here; "gravatar" asks gravatar.com, which then sees readers.
        "AVATARS": _choice(env, "AVATARS", ("local", "gravatar")),
        # Who may register.
        "REGISTRATION": _choice(env, "REGISTRATION", ("open", "closed")),
        # For how many seconds a page that somebody without a cookie asked for is given to
        # others as it is; 0 makes each anew.
        "STRANGERS_WAIT": _number(env, "STRANGERS_WAIT", 2),
        # The longest post, in code points.
        "POST_MAX_CHARS": _number(env, "POST_MAX_CHARS", 500),
        # Not from the environment: what follows is the same everywhere.
        # A login session is a row that can be revoked; Flask-Login's guess by address and browser
        # whether a cookie was stolen would sign out people whose address changes.
        "SESSION_PROTECTION": None,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_NAME": "__Host-remember" if https else "remember",
        "REMEMBER_COOKIE_SECURE": https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": timedelta(days=365),
        # A page left open overnight still posts: the token lives as long as the session.
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        # The levels are measured: docs/performance.md, "Compression". Ours is the order when
        # a browser takes several. deflate is left out: browsers disagreed on what it means.
        "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
        "COMPRESS_ZSTD_LEVEL": 3,
        "COMPRESS_BR_LEVEL": 3,
        "COMPRESS_BR_WINDOW": 18,
        "COMPRESS_LEVEL": 4,
        # A smaller answer leaves in one packet as it is.
        "COMPRESS_MIN_SIZE": 500,
        # app.web.compression decides, and nothing that it compresses has an ETag.
        "COMPRESS_REGISTER": False,
        "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "LANGUAGES": {"en": "English", "es": "Español"},
        "PASSWORD_HASH": "scrypt:32768:8:3",
        "RATELIMIT_STORAGE_URI": redis_url or "memory://",
        "RATELIMIT_STRATEGY": "moving-window",
        # A limit that cannot be counted must not take the site down with it.
        "RATELIMIT_SWALLOW_ERRORS": True,
    }


def refuse_unsafe(config: Mapping[str, object], *, debug: bool) -> None:
    """Raise :class:`SettingError` for a key that would let anyone sign cookies."""
    key = str(config["SECRET_KEY"])
    weak = len(key) < SHORTEST_KEY or any(word in key.lower() for word in EXAMPLE_KEYS)
    if weak and not debug:
        raise SettingError(
            f"SECRET_KEY is weak: give at least {SHORTEST_KEY} random characters, "
            "or leave it out and one is made for you."
        )


def _kept_secret_key(instance: Path) -> str:
    """Return the key kept in the instance folder, making it on the first start.

    Two processes may start at once: each writes a file of its own and the first
    to link it under the final name wins.
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

"""Every setting, read from the environment (or a ``.env`` file) in one place."""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from email.utils import getaddresses
from io import StringIO
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from unicodedata import category
from urllib.parse import SplitResult, parse_qsl, urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
VERSION = "0.2.0"

# NIST SP 800-107: an HMAC-SHA256 key should be as long as its output, 32 bytes.
SHORTEST_KEY = 32
FEWEST_STEPS = 8
EXAMPLE_KEYS = ("changeme", "example", "secret", "you-will-never-guess")

SQLITE_FILE = "microblog.sqlite3"
POSTGRESQL = "postgresql+psycopg"
DATABASES = "sqlite:////path/to/file or postgresql://user:password@host/name"

# Every name that settings() reads.
NAMES = frozenset(
    (  # noqa: SIM905 - a list has one name a line
        "ADMINS ANONYMOUS_CACHE_SECONDS AVATARS BASE_URL DATABASE_READ_URL DATABASE_URL "
        "FIRST_ACCOUNT HOST HSTS_SUBDOMAINS INSTANCE_PATH KEEP_ORIGINALS LINK_PREVIEWS "
        "MAIL_DEFAULT_SENDER MAIL_PASSWORD MAIL_PORT MAIL_SERVER MAIL_USERNAME MAIL_USE_SSL "
        "MAIL_USE_TLS MEDIA_QUOTA MEDIA_STORE MEDIA_STORE_ACCESS_KEY MEDIA_STORE_ENDPOINT "
        "MEDIA_STORE_REGION MEDIA_STORE_SECRET_KEY MEDIA_STORE_URL PORT POST_MAX_CHARS REDIS_URL "
        "REGISTRATION REGISTRATION_MIN_SECONDS SECRET_KEY SECURITY_CONTACT SITE_NAME "
        "SSL_CERT_DIR SSL_CERT_FILE TRUSTED_PROXIES WEB_WORKERS"
    ).split()
)
# Names of earlier releases.
RENAMED = {"STRANGERS_WAIT": "ANONYMOUS_CACHE_SECONDS"}
# From 0 to 1: the similarity from which an unknown name counts as one of ours, misspelt.
MISSPELT = 0.85


class SettingError(ValueError):
    """A setting has an invalid or unsafe value."""


def environment(file: Path = ROOT / ".env") -> dict[str, str]:
    """Return the process environment; ``file`` gives the variables that it lacks.

    Raises :class:`SettingError` for a name in ``file`` that is no setting, and for a line that
    cannot be read. Names of Flask itself (``FLASK_…``) may be there.
    """
    try:
        text = file.read_text("utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file.name} cannot be read: {error}.") from error
    # python-dotenv leaves such a line out.
    if wrong := next((each for each in parse_stream(StringIO(text)) if each.error), None):
        raise SettingError(
            f"{file.name} cannot be read at line {wrong.original.line}: write NAME=value, and "
            "close each quotation mark."
        )
    from_file = dotenv_values(stream=StringIO(text))
    for name, value in from_file.items():
        if name not in NAMES and not name.startswith("FLASK_"):
            nearest = _nearest(name, 0.6)
            did_you_mean = f"Did you mean {nearest}?" if nearest else "config.py lists all."
            raise SettingError(f"{name} in {file.name} is no setting. {did_you_mean}")
        if value is None:
            raise SettingError(f"{name} in {file.name} has no value: write {name}=value.")
    return {k: v for k, v in from_file.items() if v is not None} | dict(os.environ)


def misspelt(env: Mapping[str, str]) -> list[str]:
    """Return a sentence for each name in ``env`` that is probably a misspelt setting."""
    unknown = ((name, _nearest(name, MISSPELT)) for name in env if name not in NAMES)
    return [
        f"{name} is no setting and is ignored. Did you mean {nearest}?"
        for name, nearest in unknown
        if nearest and nearest not in env
    ]


def _nearest(name: str, similarity: float) -> str | None:
    return RENAMED.get(name) or next(
        iter(get_close_matches(name.upper(), NAMES, n=1, cutoff=similarity)), None
    )


def settings(env: Mapping[str, str]) -> dict[str, object]:
    """Return the Flask configuration for the environment ``env``.

    Raises :class:`SettingError` with a message for the operator of the site.
    """
    _refuse_controls(env)
    instance = _folder(env)
    base_url = _base_url(env)
    https = base_url.startswith("https://")
    port = _number(env, "PORT", 8000, 1, 65535)
    host = _listening_address(env)
    mail_server = _host(env, "MAIL_SERVER")
    redis_url = _redis_url(env)
    database_url = _database_url(env, "DATABASE_URL") or f"sqlite:///{instance / SQLITE_FILE}"

    return {
        # The folder of the database, the secret key and the logs; a relative path begins at the
        # folder of this file.
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
        "DATABASE_READ_URL": _read_url(env, database_url),
        # The job queue and the rate limits, shared by all machines. Without Redis, each process
        # counts its own limits.
        "REDIS_URL": redis_url,
        # The public URL of the site, with scheme and without a path; links in mails use it.
        "BASE_URL": base_url or f"http://{_in_url(host)}:{port}",
        # The IP address and the port that the server listens on.
        "HOST": host,
        "PORT": port,
        # The number of web processes: one for each core.
        "WEB_WORKERS": _number(env, "WEB_WORKERS", 2, 1, 1_000),
        # The number of proxies that set X-Forwarded-For and X-Forwarded-Proto.
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES", 0, 0, 100),
        # Whether browsers that came by HTTPS may use nothing else on subdomains of the host, too.
        "HSTS_SUBDOMAINS": _switch(env, "HSTS_SUBDOMAINS"),
        # The host names that requests may name (app.web.hosts).
        "SERVED_HOSTS": _served_hosts(base_url, host),
        # Without a server, no mail is sent; flask run prints it.
        "MAIL_SERVER": mail_server,
        "MAIL_PORT": _number(env, "MAIL_PORT", 25, 1, 65535),
        # MAIL_USE_TLS begins with a plain connection (STARTTLS, usually port 25 or 587);
        # MAIL_USE_SSL is TLS from the first byte (usually port 465).
        **_mail_encryption(env),
        "MAIL_USERNAME": env.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD") or None,
        "MAIL_DEFAULT_SENDER": next(iter(_addresses(env, "MAIL_DEFAULT_SENDER", most=1)), None)
        or f"noreply@{urlsplit(base_url).hostname or 'localhost'}",
        # The recipients of error mails, separated by commas.
        "ADMINS": _addresses(env, "ADMINS"),
        # Where to report a weakness of the site: an e-mail address, or the URL of a page. Without
        # it, security.txt names /about.
        "SECURITY_CONTACT": _contact(env, "SECURITY_CONTACT"),
        # The name of the site, in place of that in its settings (app.site).
        "SITE_NAME": env.get("SITE_NAME") or None,
        # "local" draws identicons; with "gravatar", browsers load avatars from gravatar.com,
        # which sees the IP addresses of viewers.
        "AVATARS": _choice(env, "AVATARS", ("local", "gravatar")),
        # Whether the first link of a post shows what its page says of itself. The worker asks that
        # page, from the address of this machine; the browsers of viewers do not.
        "LINK_PREVIEWS": _choice(env, "LINK_PREVIEWS", ("on", "off")) == "on",
        # Who can register, in place of what the settings of the site say: open, approval (who asks
        # is let in at the desk), invite or closed.
        "REGISTRATION": _optional(env, "REGISTRATION", ("open", "approval", "invite", "closed")),
        # The seconds that a person takes at least to fill in the form to register; 0 for none.
        "REGISTRATION_MIN_SECONDS": _number(env, "REGISTRATION_MIN_SECONDS", 2, 0, 3600),
        # What the first account is that registers on an empty site.
        "FIRST_ACCOUNT": _choice(env, "FIRST_ACCOUNT", ("administrator", "member")),
        # The lifetime of a page in the anonymous cache, in seconds; 0 turns the cache off.
        "ANONYMOUS_CACHE_SECONDS": _number(env, "ANONYMOUS_CACHE_SECONDS", 2, 0, 3600),
        # The maximum length of a post, in code points, in place of the settings of the site.
        "POST_MAX_CHARS": _number_or_none(env, "POST_MAX_CHARS", 1, 100_000),
        # Whether pictures are kept as they came in, too; they may contain where they were taken.
        "KEEP_ORIGINALS": _switch(env, "KEEP_ORIGINALS"),
        # How many MB the pictures of one person may take, in place of the settings of the site.
        "MEDIA_QUOTA": _number_or_none(env, "MEDIA_QUOTA", 1, 1_000_000),
        # An S3-compatible object store for the pictures: s3://bucket or s3://bucket/path. Without
        # it they are in the folder media of INSTANCE_PATH.
        "MEDIA_STORE_URL": _bucket(env),
        # Its address, such as https://minio.internal:9000; without it, that of Amazon.
        "MEDIA_STORE_ENDPOINT": _endpoint(env),
        "MEDIA_STORE_REGION": env.get("MEDIA_STORE_REGION") or "us-east-1",
        # Without a key, it is found as Amazon's programs find theirs.
        **_store_key(env),
        # Where new pictures go once there is an object store: into it (object), or back into the
        # folder. flask media move brings the others there.
        "MEDIA_STORE": _choice(env, "MEDIA_STORE", ("object", "folder")),
        # Where OpenSSL finds certificates, if elsewhere than usually: link previews use it.
        "CERTIFICATES": {
            name: path for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if (path := env.get(name))
        },
        # The following values have no setting of their own.
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
        # Of a form with files, for people who are signed in (app.web.bodies).
        "MAX_FILES_LENGTH": 40 * 1024 * 1024,
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
        # Seconds for which a process keeps the settings of the site.
        "SITE_KEPT": 5,
        "PASSWORD_HASH": "scrypt:32768:8:3",
        # Whether a picture of each post is drawn when it is written, for links to it elsewhere.
        "DRAW_PICTURES": True,
        # For tests: what link previews may reach besides the public internet, as fields of
        # app.previews.fetcher.addresses.Network.
        "PREVIEW_NETWORK": {},
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


def _refuse_controls(env: Mapping[str, str]) -> None:
    """Refuse a line end, which would begin a header of a mail, and other control characters."""
    for name in sorted(NAMES.intersection(env)):
        if any(category(character) == "Cc" for character in env[name]):
            raise SettingError(f"{name} has a line end or another control character in it.")


def _saved_secret_key(instance: Path) -> str:
    """Return the key in the instance folder; make it on the first start.

    Two processes may start at once. Each writes its own file, and the first process
    that links its file to the final name wins.
    """
    kept = instance / "secret_key"
    if not kept.exists():
        own = instance / f".secret_key.{os.getpid()}"
        handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(own, kept)
        finally:
            own.unlink()
    return kept.read_text().strip()


def _folder(env: Mapping[str, str]) -> Path:
    """Return the instance folder, which is made if it is missing."""
    given = env.get("INSTANCE_PATH") or "instance"
    try:
        # No shell has read what is in a file.
        folder = (ROOT / Path(given).expanduser()).resolve()
    except RuntimeError as error:
        raise SettingError(f"INSTANCE_PATH is {given}, and nobody here is called so.") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"INSTANCE_PATH is {folder}, which cannot be made: {error.strerror}."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingError(f"INSTANCE_PATH is {folder}, where this user may not write.")
    return folder


def _database_url(env: Mapping[str, str], name: str) -> str | None:
    """Return the URL with our driver in it; errors do not repeat it, as it holds a password."""
    given = env.get(name)
    if not given:
        return None
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise SettingError(f"{name} cannot be read: write {DATABASES}.") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername=POSTGRESQL)
    is_file = ":memory:" not in (url.database or "") and not url.query
    known = is_file if url.drivername == "sqlite" else url.drivername == POSTGRESQL
    if not (known and url.database):
        raise SettingError(f"{name} names no database that we know: write {DATABASES}.")
    return url.render_as_string(hide_password=False)


def _read_url(env: Mapping[str, str], database_url: str) -> str | None:
    url = _database_url(env, "DATABASE_READ_URL")
    if url and not (url.startswith(POSTGRESQL) and database_url.startswith(POSTGRESQL)):
        raise SettingError(
            "DATABASE_READ_URL names a PostgreSQL replica of the database in DATABASE_URL: "
            "both are postgresql://user:password@host/name."
        )
    return url


def _redis_url(env: Mapping[str, str]) -> str | None:
    url = env.get("REDIS_URL")
    if not url:
        return None
    parts = _is_url(url, "redis", "rediss")
    if not parts or not re.fullmatch("/?[0-9]*", parts.path):
        raise SettingError("REDIS_URL cannot be read: write redis://host:6379.")
    # Only here, because few sites have one. Its options are known to the driver alone.
    import redis  # noqa: PLC0415

    try:
        redis.ConnectionPool.from_url(url).make_connection()
    except (TypeError, ValueError, redis.RedisError) as error:
        # Without their values: one of them may be a password.
        names = ", ".join(dict(parse_qsl(parts.query, keep_blank_values=True)))
        raise SettingError(f"REDIS_URL has an option that cannot be: {names}.") from error
    return url


def _bucket(env: Mapping[str, str]) -> str | None:
    url = (env.get("MEDIA_STORE_URL") or "").rstrip("/")
    if url and not re.fullmatch("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-]+)*", url):
        raise SettingError(
            "MEDIA_STORE_URL names no bucket: write s3://bucket or s3://bucket/path."
        )
    return url or None


def _endpoint(env: Mapping[str, str]) -> str | None:
    url = (env.get("MEDIA_STORE_ENDPOINT") or "").rstrip("/")
    if url and not _is_url(url, "http", "https"):
        raise SettingError(f"MEDIA_STORE_ENDPOINT is no address: {url!r}. Try https://host:9000")
    return url or None


def _store_key(env: Mapping[str, str]) -> dict[str, str | None]:
    names = ("MEDIA_STORE_ACCESS_KEY", "MEDIA_STORE_SECRET_KEY")
    keys = {name: env.get(name) or None for name in names}
    if len(set(map(bool, keys.values()))) > 1:
        raise SettingError(f"{' and '.join(names)} belong together: give both or none.")
    return keys


def _base_url(env: Mapping[str, str]) -> str:
    url = env.get("BASE_URL", "").strip().rstrip("/")
    if not url:
        return ""
    parts = _is_url(url, "http", "https")
    if not parts or parts.username or parts.query or parts.fragment:
        raise SettingError(f"BASE_URL is no address: {url!r}. Try https://example.org")
    if parts.path:
        raise SettingError(
            f"BASE_URL has the path {parts.path!r}, but links, forms and cookies of the site begin "
            "at /. Give the site a host name of its own, as in https://microblog.example.org"
        )
    try:
        # As browsers send it: mails and feeds need a name in ASCII.
        host = (parts.hostname or "").removesuffix(".").encode("idna").decode()
    except UnicodeError:
        raise SettingError(f"BASE_URL is no address: {url!r}. Try https://example.org") from None
    is_usual = parts.port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{_in_url(host)}" + ("" if is_usual else f":{parts.port}")


def _is_url(url: str, *schemes: str) -> SplitResult | None:
    """Return the parts of ``url``, if it has one of ``schemes``, a host and a valid port."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in schemes and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return None
    return parts if valid else None


def _served_hosts(base_url: str, host: str) -> set[str]:
    """Return the names and addresses, in lower case and as browsers send them, without a port."""
    if name := urlsplit(base_url).hostname:
        return {_in_url(name)}
    return {"localhost", "127.0.0.1", "[::1]", _in_url(host)}


def _listening_address(env: Mapping[str, str]) -> str:
    value = env.get("HOST") or "127.0.0.1"
    try:
        return str(ip_address("" if "%" in value else value))
    except ValueError:
        raise SettingError(
            f"HOST takes an IP address of this machine, not {value!r}: 127.0.0.1 serves this "
            "machine alone, 0.0.0.0 or :: all that reach it."
        ) from None


def _in_url(host: str) -> str:
    """Return a host as URLs write it; for all addresses of this machine, the one that it has."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nothing is bound here
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host.lower()


def _is_host(text: str) -> bool:
    """Whether ``text`` can be a host name, in whatever script, or an IP address."""
    return bool(re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?|[0-9a-f:.%]*:[0-9a-f:.%]*", text))


def _host(env: Mapping[str, str], name: str) -> str | None:
    value = env.get(name) or None
    if value and (not _is_host(value.lower()) or value.count(":") == 1):
        raise SettingError(
            f"{name} takes the name of a host, not {value!r}. Its port is a setting of its own."
        )
    return value


def _addresses(env: Mapping[str, str], name: str, most: int | None = None) -> list[str]:
    """Return e-mail addresses, each perhaps with a name: ``Ada <ada@example.org>``."""
    value = env.get(name, "")
    found = [each.strip() for each in ([value] if most == 1 else value.split(",")) if each.strip()]
    for each in found:
        address = getaddresses([each])
        if len(address) != 1 or not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", address[0][1]):
            raise SettingError(f"{name} takes an e-mail address, not {each!r}.")
    return found


def _mail_encryption(env: Mapping[str, str]) -> dict[str, bool]:
    switches = {name: _switch(env, name) for name in ("MAIL_USE_TLS", "MAIL_USE_SSL")}
    if all(switches.values()):
        raise SettingError(
            "MAIL_USE_TLS and MAIL_USE_SSL are both on: for port 465 keep MAIL_USE_SSL, for "
            "others MAIL_USE_TLS."
        )
    return switches


def _contact(env: Mapping[str, str], name: str) -> str | None:
    """Return a URI, as RFC 9116 (section 2.5.3) has it; of an e-mail address, its mailto: one."""
    value = (env.get(name) or "").strip()
    if not value:
        return None
    address = value.removeprefix("mailto:")
    is_plain = all("!" <= character <= "~" for character in value)
    if is_plain and _is_url(value, "https"):
        return value
    if not (is_plain and re.fullmatch(r"[^@/:]+@[^@/:]+", address)):
        raise SettingError(f"{name} takes an e-mail address or an https:// address, not {value!r}.")
    return f"mailto:{address}"


def _number(env: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    value = env.get(name) or str(default)
    is_number = value.isascii() and value.isdigit() and len(value) < 20
    if not (is_number and lowest <= int(value) <= highest):
        raise SettingError(
            f"{name} takes a whole number from {lowest} to {highest}, not {value!r}."
        )
    return int(value)


def _number_or_none(env: Mapping[str, str], name: str, lowest: int, highest: int) -> int | None:
    return _number(env, name, lowest, lowest, highest) if env.get(name) else None


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


def _optional(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    return _choice(env, name, choices) if env.get(name) else None

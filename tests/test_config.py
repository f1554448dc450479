"""Settings: valid and refused values, and the secret key made on the first start."""

import os
import secrets
import socket
import stat
import subprocess
import sys
import tomllib

import hypothesis
import pytest
from hypothesis import strategies as st

import config
from app import DOMAINS, create_app

KEY = "Vb3xQ7mZ0tRk9LwYs2Hc8PjNf5GdUa1E"


@pytest.fixture
def settings(tmp_path):
    """Give a function that reads settings from an environment."""

    def read(**env):
        return config.settings({"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": KEY} | env)

    return read


def test_no_setting_is_required(tmp_path):
    read = config.settings({"INSTANCE_PATH": str(tmp_path / "fresh")})
    assert read["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///")
    assert (read["HOST"], read["PORT"]) == ("127.0.0.1", 8000)
    assert read["SERVED_HOSTS"] == {"localhost", "127.0.0.1", "[::1]"}
    assert read["POST_MAX_CHARS"] is None
    assert read["PASSWORD_HASH"] == "scrypt:32768:8:3"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("PORT", "eighty", "PORT takes a whole number from 1 to 65535, not 'eighty'"),
        ("PORT", "80000", "PORT takes a whole number from 1 to 65535, not '80000'"),
        ("PORT", "0", "PORT takes"),
        ("PORT", "9" * 5000, "PORT takes"),
        ("WEB_WORKERS", "0", "WEB_WORKERS takes"),
        ("PORT", "-1", "PORT takes"),
        ("WEB_WORKERS", "2.5", "WEB_WORKERS takes"),
        ("TRUSTED_PROXIES", "١", "TRUSTED_PROXIES takes"),
        ("POST_MAX_CHARS", "many", "POST_MAX_CHARS takes"),
        ("MAIL_PORT", "smtp", "MAIL_PORT takes"),
        ("MAIL_USE_TLS", "maybe", "MAIL_USE_TLS takes on or off, not 'maybe'"),
        ("AVATARS", "libravatar", "AVATARS takes one of local, gravatar"),
        ("REGISTRATION", "sometimes", "REGISTRATION takes one of open"),
        ("BASE_URL", "https://[", "BASE_URL is no address"),
        ("BASE_URL", "example.org", "BASE_URL is no address: 'example.org'"),
        ("BASE_URL", "ftp://example.org", "BASE_URL is no address"),
        ("BASE_URL", "https://example.org:99999", "BASE_URL is no address"),
        ("BASE_URL", "https://ada@example.org", "BASE_URL is no address"),
        ("BASE_URL", "https://example.org/?a=1", "BASE_URL is no address"),
        ("BASE_URL", "https://example.org/m", "BASE_URL has the path '/m', but links, forms"),
        ("DATABASE_URL", "mysql://ada:pw@db/m", "DATABASE_URL names no database that we know"),
        ("DATABASE_URL", "postgresql+asyncpg://db/m", "DATABASE_URL names no database that"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL names no database that we know"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL names no database that we know"),
        ("DATABASE_URL", "sqlite:///m?timeout=x", "DATABASE_URL names no database that we know"),
        ("DATABASE_URL", "postgresql://db:port/m", "DATABASE_URL cannot be read: write sqlite:"),
        ("DATABASE_URL", "microblog.sqlite3", "DATABASE_URL cannot be read"),
        ("REDIS_URL", "cache:6379", "REDIS_URL cannot be read: write redis://host:6379"),
        ("REDIS_URL", "redis://cache/first", "REDIS_URL cannot be read: write redis://host:6379"),
        ("REDIS_URL", "redis://cache?db=first", "REDIS_URL has an option that cannot be: db."),
        ("REDIS_URL", "redis://cache?ssl=True", "REDIS_URL has an option that cannot be"),
        ("REDIS_URL", "rediss://cache?ssl_cert_reqs=x", "REDIS_URL has an option that cannot be"),
        ("SECURITY_CONTACT", "the office", "SECURITY_CONTACT takes an e-mail address or an"),
        ("SECURITY_CONTACT", "http://example.org", "SECURITY_CONTACT takes"),
        ("SECURITY_CONTACT", "a@b.example\nExpires: never", "SECURITY_CONTACT has a line end"),
        ("INSTANCE_PATH", "/dev/null/instance", "INSTANCE_PATH is /dev/null/instance, which"),
        ("BASE_URL", "https://exa mple.org", "BASE_URL is no address"),
        ("BASE_URL", "https://example..org", "BASE_URL is no address"),
        ("BASE_URL", f"https://{'a' * 64}.example", "BASE_URL is no address"),
        ("ADMINS", "a@b.example;c@d.example", "ADMINS takes an e-mail address, not 'a@b.example;"),
        ("MAIL_DEFAULT_SENDER", "a@b.example, c@d.example", "MAIL_DEFAULT_SENDER takes an e-mail"),
        ("MAIL_SERVER", ".", "MAIL_SERVER takes the name of a host"),
        ("SITE_NAME", "Oak\nBcc: a@b.example", "SITE_NAME has a line end or another control"),
        ("ADMINS", "the office", "ADMINS takes an e-mail address, not 'the office'"),
        ("ADMINS", "a@b.example, c", "ADMINS takes an e-mail address, not 'c'"),
        ("MAIL_DEFAULT_SENDER", "Oak", "MAIL_DEFAULT_SENDER takes an e-mail address, not 'Oak'"),
        ("MAIL_SERVER", "mail.example:587", "MAIL_SERVER takes the name of a host, not 'mail."),
        ("MAIL_SERVER", "smtp://mail.example", "MAIL_SERVER takes the name of a host"),
    ],
)
def test_the_error_names_an_invalid_value(settings, name, value, error):
    with pytest.raises(config.SettingError) as raised:
        settings(**{name: value})
    assert error in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "pw" not in str(raised.value)


URLS = st.from_regex(
    r"(sqlite|postgresql|postgres|redis|https?|ftp)://[\x20-\x7e]{0,20}", fullmatch=True
)


@hypothesis.given(st.sampled_from(sorted(config.NAMES - {"INSTANCE_PATH"})), st.text() | URLS)
def test_whatever_is_set_is_read_or_refused_in_one_line(settings, name, value):
    message = ""
    try:
        settings(**{name: value})
    except config.SettingError as error:
        message = str(error)
    assert len(message.splitlines()) <= 1


def test_both_kinds_of_mail_encryption_are_refused(settings):
    assert settings(MAIL_USE_SSL="on")["MAIL_USE_SSL"] is True
    with pytest.raises(config.SettingError, match="MAIL_USE_TLS and MAIL_USE_SSL are both on"):
        settings(MAIL_USE_SSL="on", MAIL_USE_TLS="on")


@pytest.mark.parametrize(
    ("env", "hosts"),
    [
        ({"BASE_URL": "HTTPS://Example.ORG:8443/"}, {"example.org"}),
        ({"BASE_URL": "https://bücher.example"}, {"xn--bcher-kva.example"}),
        ({"BASE_URL": "http://[::1]:5000"}, {"[::1]"}),
        ({"HOST": "::1"}, {"localhost", "127.0.0.1", "[::1]"}),
        ({"HOST": "192.0.2.1"}, {"localhost", "127.0.0.1", "[::1]", "192.0.2.1"}),
    ],
)
def test_the_served_hosts_are_those_of_the_address(settings, env, hosts):
    assert settings(**env)["SERVED_HOSTS"] == hosts


@pytest.mark.parametrize("host", ["localhost", "[::1]", "fe80::1%lo", "300.1.1.1", "a b", "*"])
def test_the_server_listens_on_an_ip_address(settings, host):
    with pytest.raises(config.SettingError, match="HOST takes an IP address of this machine, not"):
        settings(HOST=host)


@pytest.mark.parametrize(
    ("host", "url"),
    [("::1", "http://[::1]:8000"), ("192.0.2.1", "http://192.0.2.1:8000")]
    + [(every, "http://127.0.0.1:8000") for every in ("0.0.0.0", "::")],
)
def test_without_an_address_links_lead_to_where_the_server_listens(settings, host, url):
    assert settings(HOST=host)["BASE_URL"] == url


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://Bücher.example/", "https://xn--bcher-kva.example"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org.:80", "http://example.org"),
        ("https://example.org:", "https://example.org"),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000"),
    ],
)
def test_the_address_is_written_as_browsers_send_it(settings, written, url):
    read = settings(BASE_URL=written)
    assert read["BASE_URL"] == url
    assert read["MAIL_DEFAULT_SENDER"].isascii()


def test_an_instance_path_may_begin_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    read = config.settings({"INSTANCE_PATH": "~/microblog", "SECRET_KEY": KEY})
    assert read["INSTANCE_PATH"] == str(tmp_path / "microblog")
    with pytest.raises(config.SettingError, match="INSTANCE_PATH is ~nobody_at_all/m, and nobody"):
        config.settings({"INSTANCE_PATH": "~nobody_at_all/m", "SECRET_KEY": KEY})


def test_a_relative_instance_path_does_not_depend_on_the_working_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config, "ROOT", tmp_path / "root")
    read = config.settings({"INSTANCE_PATH": "data", "SECRET_KEY": KEY})
    assert read["INSTANCE_PATH"] == str(tmp_path / "root" / "data")


class Recorder(dict):
    """An environment that notes the names which are read."""

    def __init__(self, values):
        super().__init__(values)
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)


def test_every_name_that_is_read_is_listed(tmp_path):
    env = Recorder({"INSTANCE_PATH": str(tmp_path)})
    config.settings(env)
    assert env.names == config.NAMES


@pytest.fixture
def env_file(tmp_path, monkeypatch):
    """Give a function that reads a ``.env`` file with this text."""
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)

    def read(text):
        file = tmp_path / ".env"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return config.environment(file)

    return read


def test_the_environment_comes_before_the_file(env_file, monkeypatch):
    monkeypatch.setenv("PORT", "8001")
    monkeypatch.setenv("VILLAGE", "Little Oak")
    found = env_file('PORT=8002\nexport SITE_NAME="${VILLAGE} talks"\nFLASK_DEBUG=0\n')
    assert (found["PORT"], found["SITE_NAME"]) == ("8001", "Little Oak talks")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("MAIL_SERVR=localhost", "MAIL_SERVR in .env is no setting. Did you mean MAIL_SERVER?"),
        (
            "STRANGERS_WAIT=0",
            "STRANGERS_WAIT in .env is no setting. Did you mean ANONYMOUS_CACHE_SECONDS?",
        ),
        ("port=80", "port in .env is no setting. Did you mean PORT?"),
        ("COLOUR=red", "COLOUR in .env is no setting. config.py lists all."),
        ("PORT", "PORT in .env has no value: write PORT=value."),
        (b"SITE_NAME=\xff", ".env cannot be read: 'utf-8' codec"),
        ('PORT=80\nSITE_NAME="Oak\n', ".env cannot be read at line 2: write NAME=value"),
    ],
)
def test_a_name_in_the_file_that_is_no_setting_is_refused(env_file, text, error):
    with pytest.raises(config.SettingError) as raised:
        env_file(text)
    assert str(raised.value).startswith(error)


# What login(1), shells, systemd, Docker, Kubernetes, CI and proxies set.
USUAL = """
    COLUMNS COMP_WORDBREAKS DATABASE_HOST DBUS_SESSION_BUS_ADDRESS DISPLAY EDITOR GATEWAY_PORT HOME
    HOSTNAME HOSTTYPE HTTPS_PROXY HTTP_PROXY INVOCATION_ID JOURNAL_STREAM KUBERNETES_PORT
    KUBERNETES_SERVICE_HOST LANG LC_ALL LESSOPEN LINES LISTEN_FDS LOGNAME LS_COLORS MAIL MAILCHECK
    MAILTO MAINPID NOTIFY_SOCKET NO_PROXY OLDPWD OSTYPE PAGER PATH POSTGRES_PASSWORD POSTGRES_USER
    PWD PYTHONPATH PYTHONUNBUFFERED REDIS_PORT REDIS_SERVICE_HOST SHELL SHLVL SSH_AUTH_SOCK
    SSH_CONNECTION STATE_DIRECTORY SUDO_USER TERM TMPDIR TZ USER USERNAME
    VIRTUAL_ENV XDG_RUNTIME_DIR
"""


def test_a_near_miss_in_the_environment_is_reported_and_nothing_else():
    env = dict.fromkeys((*USUAL.split(), "MAIL_SERVR", "DATABASE_URI", "ADMIN", "ADMINS"), "x")
    assert config.misspelt(env) == [
        "MAIL_SERVR is no setting and is ignored. Did you mean MAIL_SERVER?",
        "DATABASE_URI is no setting and is ignored. Did you mean DATABASE_URL?",
    ]


def test_a_near_miss_is_in_the_log(make_app, caplog):
    make_app({"BASEURL": "https://example.org"})
    assert "BASEURL is no setting and is ignored. Did you mean BASE_URL?" in caplog.text


def test_values_are_read(settings):
    read = settings(
        BASE_URL="https://example.org/",
        DATABASE_URL="postgres://ada:pw@db/microblog",
        ADMINS="ada@example.org, , bruno@example.org",
        MAIL_USE_TLS="Yes",
        SITE_NAME="Village",
    )
    assert read["BASE_URL"] == "https://example.org"
    assert read["SERVED_HOSTS"] == {"example.org"}
    assert read["SESSION_COOKIE_SECURE"] is read["MAIL_USE_TLS"] is True
    assert read["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://ada:pw@db/microblog"
    assert read["ADMINS"] == ["ada@example.org", "bruno@example.org"]
    assert read["MAIL_DEFAULT_SENDER"] == "noreply@example.org"


def test_a_replica_is_read(settings):
    read = settings(DATABASE_URL="postgres://db/m", DATABASE_READ_URL="postgresql://replica/m")
    assert read["DATABASE_READ_URL"] == "postgresql+psycopg://replica/m"
    assert settings()["DATABASE_READ_URL"] is None


@pytest.mark.parametrize(
    ("database", "replica"),
    [
        (None, "postgresql://replica/m"),
        ("sqlite:////srv/m.sqlite3", "postgresql://replica/m"),
        ("sqlite:////srv/m.sqlite3", "sqlite:////srv/replica.sqlite3"),
        ("postgresql://db/m", "sqlite:////srv/replica.sqlite3"),
    ],
)
def test_a_replica_must_be_postgresql(settings, database, replica):
    env = {"DATABASE_READ_URL": replica} | ({"DATABASE_URL": database} if database else {})
    with pytest.raises(config.SettingError, match="DATABASE_READ_URL names a PostgreSQL replica"):
        settings(**env)


def test_a_generated_key_is_logged_where_several_machines_may_serve(make_app, caplog):
    make_app({"REDIS_URL": "redis://127.0.0.1:1", "SECRET_KEY": KEY})
    make_app()
    assert "SECRET_KEY" not in caplog.text
    make_app({"REDIS_URL": "redis://127.0.0.1:1"})
    assert "SECRET_KEY is not set: this machine made its own." in caplog.text
    # So that the limits of later tests are counted in memory again.
    make_app()


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "Vb3xQ7mZ0tRk9LwYs2Hc8PjNf5GdUa1",
        "changeme" * 8,
        "my-Secret-" * 8,
        "example" * 9,
        "a" * 40,
        "k9" * 32,
        "Vb3xQ7mZ0tRk" * 3,
        "abcdefghijklmnopqrstuvwxyz0123456789",
    ],
)
def test_a_weak_key_is_refused(tmp_path, key):
    env = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": key}
    with pytest.raises(config.SettingError, match="SECRET_KEY is weak"):
        create_app(env=env, TESTING=True)


def test_random_keys_are_accepted():
    for _ in range(500):
        for key in (secrets.token_hex(16), secrets.token_urlsafe(24)):
            config.refuse_unsafe({"SECRET_KEY": key}, debug=False)


def test_debug_is_refused_on_a_server(tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(config.SettingError, match="FLASK_DEBUG is for development"):
        create_app(env={"INSTANCE_PATH": str(tmp_path)}, TESTING=True)


def test_the_key_is_made_once_and_only_the_owner_can_read_it(tmp_path):
    env = {"INSTANCE_PATH": str(tmp_path / "instance")}
    first, second = (config.settings(env)["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert len(first) >= 32
    mode = stat.S_IMODE((tmp_path / "instance" / "secret_key").stat().st_mode)
    assert mode == 0o600
    other = config.settings({"INSTANCE_PATH": str(tmp_path / "other")})["SECRET_KEY"]
    assert other != first


def test_processes_that_start_at_once_agree_on_the_key(tmp_path):
    program = (
        "import config, sys; print(config.settings({'INSTANCE_PATH': sys.argv[1]})['SECRET_KEY'])"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "instance")]
    starts = [
        subprocess.Popen(command, cwd=config.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {start.communicate()[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0] * 4
    assert keys == {(tmp_path / "instance" / "secret_key").read_text()}
    assert os.listdir(tmp_path / "instance") == ["secret_key"]


# These give the environment to other programs.
HAND_ON = ("serving.py", "backup.py")


def test_one_file_reads_the_environment():
    sources = [p for p in (config.ROOT / "app").rglob("*.py") if p.name not in HAND_ON]
    assert [p.name for p in sources if "os.environ" in p.read_text()] == []


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_taken_port_is_refused_at_once(app, make_app, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = make_app({"PORT": str(port)})
        with other.app_context():
            result = other.test_cli_runner().invoke(args=[command])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port} cannot be served" in result.output
    assert "Try PORT=8001" in result.output


def test_an_address_of_another_machine_is_refused(app, make_app):
    with make_app({"HOST": "192.0.2.1"}).app_context() as context:
        result = context.app.test_cli_runner().invoke(args=["web"])
    assert result.exit_code == 1
    assert "HOST takes one of this machine." in result.output


def test_every_command_has_a_help_text(app):
    for name in app.cli.commands.keys() - {"db"}:
        command = app.cli.commands[name]
        for each in (command, *getattr(command, "commands", {}).values()):
            assert each.get_short_help_str(), each.name


def test_the_shell_has_the_models(app):
    with app.app_context():
        known = app.make_shell_context()
    assert {"db", "writing", "User", "Post", "Follow", "LoginSession", "OutboxMail"} <= set(known)


def test_the_list_of_domains_is_that_of_the_import_contract():
    """``pyproject.toml`` cannot import the list, so it repeats it."""
    contracts = tomllib.loads((config.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    assert [layer.removeprefix("app.") for layer in layers[: len(DOMAINS)]] == [*DOMAINS[::-1]]
    assert {path.parent.name for path in (config.ROOT / "app").glob("*/models.py")} <= {*DOMAINS}

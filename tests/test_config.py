"""Settings: valid and refused values, and the secret key made on the first start."""

import os
import secrets
import socket
import stat
import subprocess
import sys
import tomllib

import pytest

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
    assert read["TRUSTED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert read["POST_MAX_CHARS"] == 500
    assert read["PASSWORD_HASH"] == "scrypt:32768:8:3"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("PORT", "eighty", "PORT takes a whole number, not 'eighty'"),
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
    ],
)
def test_the_error_names_an_invalid_value(settings, name, value, error):
    with pytest.raises(config.SettingError, match=error.replace("(", r"\(")):
        settings(**{name: value})


def test_values_are_read(settings):
    read = settings(
        BASE_URL="https://example.org/",
        DATABASE_URL="postgres://ada:pw@db/microblog",
        ADMINS="ada@example.org, , bruno@example.org",
        MAIL_USE_TLS="Yes",
        SITE_NAME="Village",
    )
    assert read["BASE_URL"] == "https://example.org"
    assert read["TRUSTED_HOSTS"] == ["example.org"]
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
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
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


def test_one_file_reads_the_environment():
    sources = [p for p in (config.ROOT / "app").rglob("*.py") if p.name != "serving.py"]
    files = [p.name for p in sources if "os.environ" in p.read_text()]
    assert files == ["__init__.py"]


def test_a_taken_port_is_refused_at_once(app, make_app):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = make_app({"PORT": str(port)})
        with other.app_context():
            result = other.test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port} cannot be served" in result.output


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

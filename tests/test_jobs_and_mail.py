"""Mails: the outbox, its delivery and its retries; and the background jobs."""

import logging
import pickle
import socket
import ssl
import subprocess
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from huey import Huey

from app import jobs
from app.accounts.resets import RESET
from app.data.database import writing
from app.jobs import enqueue
from app.mail.jobs import deliver, deliver_due
from app.mail.models import OutboxMail
from app.mail.sending import send_mail
from tests.client import Client
from tests.conftest import periodic_jobs
from tests.html import one
from tests.machines import wait_until


class Letterbox:
    """An SMTP handler that keeps mails; it refuses the data while ``refusing``, and the recipient
    while ``unknown``."""

    def __init__(self):
        self.refusing, self.unknown, self.received = False, False, []
        self.lock = threading.Lock()

    def first(self):
        """Return the first mail, once it has arrived."""
        return wait_until(lambda: self.received)[0]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.unknown:
            return f"550 <{address}>: nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        with self.lock:
            pass
        if self.refusing:
            return "451 Not now"
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


class MailServer(Controller):
    """A controller that lets the operating system choose the port, which avoids a race."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def letterbox():
    """A real mail server; gives its handler, which holds the mails."""
    handler = Letterbox()
    server = MailServer(handler, hostname="127.0.0.1", port=0, ready_timeout=60)
    server.start()
    handler.port = server.port
    # The tests read our log only, so the log of the mail server is turned off.
    server_log = logging.getLogger("mail.log")
    server_log.disabled = True
    yield handler
    server_log.disabled = False
    server.stop()


@pytest.fixture
def encrypted(letterbox, tmp_path):
    """A mail server that speaks TLS from the first byte; gives its port."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server = MailServer(letterbox, hostname="127.0.0.1", port=0, ssl_context=context)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def mailing(make_app, letterbox, app):
    """An application that sends mail by ``letterbox``."""
    env = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(letterbox.port)}
    return make_app(
        env | {"BASE_URL": "http://localhost", "ADMINS": "ops@example.org"},
        MAIL_SUPPRESS_SEND=False,
    )


def ask_for_a_reset(client, email="ada@example.org"):
    client.get("/reset-password")
    return client.submit("main form", email=email)


def outbox(rows):
    return [(row["attempts"], row["sent_at"] is not None) for row in rows("outbox_mail")]


def sweep(app):
    with app.app_context():
        deliver_due()


def test_a_mail_is_delivered_after_the_commit(mailing, ada, letterbox, rows):
    ask_for_a_reset(Client(mailing))
    received = letterbox.received[0]
    assert received["To"] == "ada@example.org"
    assert received["From"] == "noreply@localhost"
    assert received["Subject"] == "Set a new password"
    assert "http://localhost/reset-password/" in received.get_content()
    assert outbox(rows) == [(1, True)]
    sweep(mailing)
    assert len(letterbox.received) == 1


def test_a_refused_mail_is_retried(mailing, ada, letterbox, rows, travel, caplog):
    letterbox.refusing = True
    answer = ask_for_a_reset(Client(mailing))
    assert answer.status_code == 303
    assert outbox(rows) == [(1, False)]
    assert "was not delivered (attempt 1)" in caplog.text
    sweep(mailing)
    assert outbox(rows) == [(1, False)]
    for attempt, minutes in ((2, 1), (3, 2), (4, 4)):
        travel.shift(timedelta(minutes=minutes))
        sweep(mailing)
        assert outbox(rows) == [(attempt, False)]
    letterbox.refusing = False
    travel.shift(timedelta(minutes=8))
    sweep(mailing)
    assert outbox(rows) == [(5, True)]
    assert len(letterbox.received) == 1


def test_the_log_names_the_reason_of_a_refusal_and_not_the_recipient(
    mailing, ada, letterbox, caplog
):
    letterbox.unknown = True
    ask_for_a_reset(Client(mailing))
    assert "550" in caplog.text
    assert "SMTPRecipientsRefused" in caplog.text
    assert "ada@example.org" not in caplog.text


def test_a_silent_mail_server_times_out(make_app, app, ada, rows, caplog, monkeypatch):
    monkeypatch.setattr(jobs, "SOCKET_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(silent.getsockname()[1])}
        client = Client(make_app(env, MAIL_SUPPRESS_SEND=False))
        # The consumer runs until it is stopped.
        done = SimpleNamespace(run=lambda: None)
        monkeypatch.setattr(Huey, "create_consumer", lambda _self, **_options: done)
        hangs_up = threading.Timer(10, silent.close)
        hangs_up.start()
        try:
            with client.app.app_context():
                assert client.app.test_cli_runner().invoke(args=["worker"]).exit_code == 0
            ask_for_a_reset(client)
        finally:
            hangs_up.cancel()
            socket.setdefaulttimeout(None)
    assert outbox(rows) == [(1, False)]
    assert "timed out" in caplog.text


def test_no_mail_is_lost_while_the_mail_server_is_down(make_app, app, ada, letterbox, rows, travel):
    away = make_app({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "1"}, MAIL_SUPPRESS_SEND=False)
    assert ask_for_a_reset(Client(away)).status_code == 303
    assert outbox(rows) == [(1, False)]
    env = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(letterbox.port)}
    travel.shift(timedelta(minutes=1))
    sweep(make_app(env, MAIL_SUPPRESS_SEND=False))
    assert outbox(rows) == [(2, True)]
    assert letterbox.received[0]["To"] == "ada@example.org"


def test_the_sweep_delivers_a_mail_whose_job_was_lost(mailing, letterbox, rows):
    with mailing.app_context():
        with writing() as session:
            session.add(OutboxMail(recipient="ada@example.org", subject="Hi", body="Tea?"))
        assert letterbox.received == []
        deliver_due()
    assert letterbox.received[0].get_content().strip() == "Tea?"


def test_several_workers_send_a_mail_once(mailing, letterbox, rows, together):
    with mailing.app_context(), writing() as session:
        session.add(OutboxMail(recipient="ada@example.org", subject="Hi", body="Tea?"))
    id = rows("outbox_mail")[0]["id"]

    def work(_n):
        with mailing.app_context():
            deliver(id)

    together(work, range(8))
    assert len(letterbox.received) == 1
    assert outbox(rows) == [(1, True)]


def test_a_transaction_that_is_rolled_back_sends_no_mail(mailing, letterbox, rows):
    def act():
        with writing():
            send_mail("ada@example.org", RESET, language="en", browser="")
            raise RuntimeError("no")

    with mailing.test_request_context(), pytest.raises(RuntimeError):
        act()
    assert rows("outbox_mail") == []
    assert letterbox.received == []


def test_an_email_address_gets_three_mails_an_hour(app, ada, bruno, anonymous, rows, travel):
    for _ in range(5):
        assert ask_for_a_reset(anonymous, "ADA@example.org").status_code == 303
    ask_for_a_reset(anonymous, "bruno@example.org")
    assert sorted(row["recipient"] for row in rows("outbox_mail")) == [
        "ada@example.org",
        "ada@example.org",
        "ada@example.org",
        "bruno@example.org",
    ]
    travel.shift(timedelta(hours=1, seconds=1))
    ask_for_a_reset(anonymous)
    assert len(rows("outbox_mail")) == 5


def test_without_a_server_the_log_says_so_and_holds_no_link(app, ada, anonymous, caplog, rows):
    caplog.set_level(logging.DEBUG)
    ask_for_a_reset(anonymous)
    assert "was not sent: MAIL_SERVER is not set." in caplog.text
    assert "/reset-password/ey" not in caplog.text
    assert "ada@example.org" not in caplog.text
    assert outbox(rows) == [(1, False)]
    assert rows("outbox_mail")[0]["due_at"] is None


def test_during_development_a_mail_is_printed_when_it_is_caused(
    make_app, app, ada, caplog, capsys, monkeypatch, restored_logging
):
    monkeypatch.setattr("app.cli.is_command", lambda: True)
    monkeypatch.setenv("FLASK_DEBUG", "1")
    client = Client(make_app(TESTING=False))
    ask_for_a_reset(client)
    printed = capsys.readouterr().out
    assert "Mail to ada@example.org: Set a new password" in printed
    assert "http://127.0.0.1:8000/reset-password/ey" in printed
    assert "/reset-password/ey" not in caplog.text
    assert not Path(client.app.instance_path, "jobs.sqlite3").exists()


def test_mails_are_deleted_after_a_week(app, ada, anonymous, rows, travel):
    ask_for_a_reset(anonymous)
    travel.shift(timedelta(days=6))
    sweep(app)
    assert len(rows("outbox_mail")) == 1
    travel.shift(timedelta(days=2))
    sweep(app)
    assert rows("outbox_mail") == []


@pytest.fixture
def restored_logging():
    """The root logger, put back as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def logging_app(make_app, letterbox, tmp_path, restored_logging):
    """An application with logging as in production, and a URL that fails."""
    env = {"INSTANCE_PATH": str(tmp_path), "MAIL_SERVER": "127.0.0.1"}
    env |= {"MAIL_PORT": str(letterbox.port), "ADMINS": "ops@example.org,dev@example.org"}
    app = make_app(env, TESTING=False)
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    return app


def read_log(app):
    return Path(app.instance_path, "logs", "microblog.log").read_text(encoding="utf-8")


def test_an_error_is_mailed_to_the_administrators_once_a_minute(logging_app, letterbox):
    for _ in range(3):
        answer = logging_app.test_client().get("/fails")
        assert answer.status_code == 500
        one(answer, "h1", text="Something broke")
    assert read_log(logging_app).count("ZeroDivisionError") == 3
    received = letterbox.first()
    assert received["To"].replace(" ", "") == "ops@example.org,dev@example.org"
    assert received["Subject"] == "Microblog has an error"
    assert "ZeroDivisionError" in received.get_content()
    assert "'/fails'" in received.get_content()
    assert len(letterbox.received) == 1


def test_a_request_that_fails_does_not_wait_for_the_mail_server(logging_app, letterbox):
    with letterbox.lock:
        assert logging_app.test_client().get("/fails").status_code == 500
        assert letterbox.received == []
    assert letterbox.first()["Subject"] == "Microblog has an error"


def test_mails_and_errors_are_sent_by_tls_from_the_first_byte(
    make_app, app, ada, letterbox, encrypted, rows, restored_logging
):
    env = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(encrypted), "MAIL_USE_SSL": "on"}
    site = make_app(env | {"ADMINS": "ops@example.org"}, TESTING=False, MAIL_SUPPRESS_SEND=False)
    site.add_url_rule("/fails", "fails", lambda: 1 / 0)
    assert site.test_client().get("/fails").status_code == 500
    assert letterbox.first()
    with site.app_context(), writing() as session:
        session.add(OutboxMail(recipient="ada@example.org", subject="Hi", body="Tea?"))
    sweep(site)
    assert [mail["To"] for mail in letterbox.received] == ["ops@example.org", "ada@example.org"]


def test_the_error_page_says_that_somebody_was_notified_only_if_so(logging_app, make_app):
    told = "the people who run this site have been told"
    assert told in logging_app.test_client().get("/fails").text
    silent = make_app(PROPAGATE_EXCEPTIONS=False)
    silent.add_url_rule("/fails", "fails", lambda: 1 / 0)
    answer = silent.test_client().get("/fails")
    assert answer.status_code == 500
    assert told not in answer.text


def test_a_request_cannot_forge_a_line_of_the_log(logging_app):
    forged = "2030-01-01 00:00:00,000 ERROR app Owned"
    logging_app.test_client().get(f"/fails?x=1\r\n{forged}")
    logger = logging.getLogger("app")
    with logging_app.test_request_context(f"/a%0d%0a{forged}"):
        logger.error("Name: %s", f"x\r\n{forged}\r{forged}\u2028{forged}\x85{forged}")
        logger.error("\x1b[2J\x9b2J\u202e\u2067")
    assert r"\x1b[2J\x9b2J\u202e\u2067" in read_log(logging_app)
    for line in read_log(logging_app).splitlines():
        assert not line.startswith(forged)


def test_the_log_holds_no_password_and_no_token(logging_app, app, ada):
    client = Client(logging_app)
    client.log_in("ada", "sentinel password")
    client.post("/register", {"username": "x", "email": "y", "password": "sentinel password"})
    client.get("/fails")
    text = read_log(logging_app)
    assert "sentinel" not in text
    assert client.csrf_token not in text


def test_the_log_holds_no_token_of_a_url(logging_app, app, letterbox):
    logging_app.add_url_rule("/fails/<token>", "fails_by_token", lambda token: 1 / 0)
    client = Client(logging_app)
    client.post("/reset-password/sentinel", {"password": "rain on the roof"}, token="expired")
    assert client.get("/fails/sentinel").status_code == 500
    assert "'/reset-password/…'" in read_log(logging_app)
    mailed = letterbox.first().get_content()
    assert "ZeroDivisionError" in mailed
    assert "sentinel" not in read_log(logging_app) + mailed


def test_with_a_mail_server_the_log_holds_no_link(make_app, app, ada, letterbox, caplog):
    caplog.set_level(logging.DEBUG)
    env = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(letterbox.port)}
    ask_for_a_reset(Client(make_app(env, MAIL_SUPPRESS_SEND=False)))
    assert len(letterbox.received) == 1
    assert "/reset-password/ey" not in caplog.text
    assert "ada@example.org" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("app")
    )


def test_the_worker_finds_what_the_queue_lost(app):
    names = {name.rpartition(".")[2] for name in periodic_jobs(app)}
    assert {"deliver_due", "erase_deleted", "delete_ended_sessions"} <= names


@pytest.fixture
def queueing(make_app, app):
    """An application whose jobs wait in the queue."""
    queueing = make_app()
    queueing.extensions["jobs"].open().immediate = False
    return queueing


def test_a_job_that_a_transaction_enqueues_twice_is_enqueued_once(queueing):
    with queueing.app_context(), writing():
        for id in (1, 2, 1):
            enqueue(deliver, id)
    storage = queueing.extensions["jobs"].open().storage
    assert len(storage.enqueued_items()) == 2


def test_only_signed_jobs_are_run(queueing, ada, rows):
    ask_for_a_reset(Client(queueing))
    huey = queueing.extensions["jobs"].open()
    (message,) = huey.storage.enqueued_items()
    unsigned, signature = message.rsplit(b":", 1)
    huey.execute(huey.dequeue())
    assert outbox(rows) == [(1, False)]
    for forged in (unsigned, pickle.dumps("a job"), unsigned + b":" + signature[::-1]):
        huey.storage.enqueue(forged)
        with pytest.raises(ValueError, match=r"Signature|Separator"):
            huey.dequeue()


def test_jobs_are_signed_with_the_key_of_the_site(queueing, make_app, ada):
    ask_for_a_reset(Client(queueing))
    (message,) = queueing.extensions["jobs"].open().storage.enqueued_items()
    other = make_app({"SECRET_KEY": "Zk4vQ7mX1tRb9LwYs2Hc8PjNf5GdUa0E"}).extensions["jobs"].open()
    with pytest.raises(ValueError, match="mismatch"):
        other.deserialize_task(message)

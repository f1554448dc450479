"""A community on several machines: an action on one machine takes effect on the others."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from app import create_app, replica
from app.data.database import db
from tests.client import Client
from tests.html import absent, one, parse
from tests.machines import Browser, Machine, Machines, Page, start, wait_until

pytestmark = pytest.mark.machines

PASSWORD = "rain on the tin roof"
LOG_OUT = "button[formaction='/logout']"


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with start() as machines:
        yield machines


@pytest.fixture
def a(machines: Machines) -> Machine:
    return machines.a


@pytest.fixture
def b(machines: Machines) -> Machine:
    return machines.b


@pytest.fixture
def register(a: Machine) -> Callable[[str], Browser]:
    """Give a function that registers a user on machine A and returns the browser."""

    def register(username: str) -> Browser:
        details = {"email": f"{username}@example.org", "password": PASSWORD}
        browser = Browser()
        one(browser.post(a, "/register", on="/register", username=username, **details), LOG_OUT)
        return browser

    return register


@pytest.fixture
def replicated(machines: Machines, a: Machine, b: Machine) -> Callable[[], None]:
    """Give a function that waits until both machines read anonymous pages from the replica."""

    def asks(machine: Machine) -> bool:
        Browser().get(machine, "/explore")
        # The last statement of a page is that of its aside.
        return any("FROM digest" in asked for asked in machines.replica.last_asked_by(machine.name))

    def wait() -> None:
        for machine in (a, b):
            wait_until(lambda machine=machine: asks(machine))

    return wait


def shows(page: Page | TestResponse, body: str) -> bool:
    assert page.status_code == 200, page.text
    return any(body in node.text() for node in parse(page).css("article.post .post-body"))


# Sessions


def test_registering_on_one_machine_signs_in_on_the_other(register, machines, b):
    with machines.replica.paused():
        one(register("ada").get(b, "/"), LOG_OUT)


def test_logging_out_on_one_machine_ends_the_session_on_the_other(register, machines, a, b):
    bruno = register("bruno")
    copied = Browser(bruno)
    one(copied.get(b, "/"), LOG_OUT)
    with machines.replica.paused():
        absent(bruno.post(a, "/logout"), LOG_OUT)
        absent(bruno.get(b, "/"), LOG_OUT)
        absent(copied.get(b, "/"), LOG_OUT)


# Replication


def test_an_own_post_shows_at_once_on_the_other_machine(register, replicated, machines, a, b):
    carmen = register("carmen")
    replicated()
    with machines.replica.paused():
        assert shows(carmen.post(a, "/posts", body="Plums, at last"), "Plums, at last")
        for machine in (b, a):
            assert shows(carmen.get(machine, "/"), "Plums, at last")
            assert shows(carmen.get(machine, "/explore"), "Plums, at last")
            assert shows(carmen.get(machine, "/@carmen"), "Plums, at last")


def test_a_viewer_without_recent_writes_reads_from_the_replica(
    register, replicated, machines, a, b
):
    dmitri, esi = register("dmitri"), register("esi")
    esi.forget_that_it_wrote()
    anonymous = Browser()
    replicated()
    with machines.replica.paused():
        dmitri.post(a, "/posts", body="Frost tonight")
        for machine in (a, b):
            assert not shows(anonymous.get(machine, "/explore"), "Frost tonight")
            page = esi.get(machine, "/@dmitri")
            one(page, LOG_OUT)
            assert not shows(page, "Frost tonight")
    for machine in (a, b):
        assert shows(anonymous.get(machine, "/explore"), "Frost tonight")
        assert shows(esi.get(machine, "/@dmitri"), "Frost tonight")


def test_a_new_display_name_shows_on_cards_cached_by_the_other_machine(register, machines, a, b):
    farid = register("farid")
    farid.post(a, "/posts", body="Old maps, long ways home")
    machines.replica.catch_up()
    anonymous = Browser()
    one(anonymous.get(b, "/@farid"), "article.post .post-author bdi", text="farid")
    farid.post(
        a, "/settings/profile", on="/settings/profile", display_name="Farid N.", about_me="Maps"
    )
    one(farid.get(b, "/@farid"), "article.post .post-author bdi", text="Farid N.")
    machines.replica.catch_up()
    one(anonymous.get(b, "/@farid"), "article.post .post-author bdi", text="Farid N.")


# Limits and jobs


def test_a_limit_counts_the_requests_to_both_machines(a, b):
    limit = 60  # requests an hour from one IP address
    anonymous = Browser()

    def ask(machine: Machine) -> int:
        page = anonymous.post(machine, "/reset-password", on="/reset-password", email="")
        return page.status_code

    assert [ask((a, b)[n % 2]) for n in range(limit)] == [422] * limit
    assert [ask(a), ask(b)] == [429, 429]


def test_a_worker_on_another_machine_runs_a_job(register, machines, a):
    register("greta")
    asked = "SELECT attempts FROM outbox_mail WHERE recipient = 'greta@example.org'"
    machines.forget_limits()
    # Pictures of posts that earlier tests published are to be drawn, too.
    before = machines.jobs_waiting()
    Browser().post(a, "/reset-password", on="/reset-password", email="greta@example.org")
    assert machines.primary.ask(asked) == [(0,)]
    assert machines.jobs_waiting() == before + 1
    worker = machines.worker()
    # There is no mail server, so it is written and given up.
    written = f"{asked} AND due_at IS NULL"
    assert wait_until(lambda: machines.primary.ask(written), within=60) == [(1,)]
    wait_until(lambda: machines.jobs_waiting() == 0)
    assert "MAIL_SERVER" in worker.log
    assert "/reset-password/" not in worker.log


def test_without_redis_nobody_is_limited_and_no_job_is_lost(make_app, register, machines):
    register("lena")
    app = make_app(REDIS_URL="redis://127.0.0.1:1")
    app.config["TESTING"] = False  # With TESTING, jobs run without a queue.
    anonymous = Client(app)
    anonymous.get("/reset-password")
    assert anonymous.submit("main form", email="lena@example.org").status_code == 303
    lena = Client(app)
    assert lena.log_in("lena", PASSWORD).status_code == 303
    assert lena.post("/posts", {"body": "Low tide at four"}).status_code == 303
    asked = "SELECT count(*) FROM outbox_mail WHERE recipient = 'lena@example.org'"
    assert machines.primary.ask(asked) == [(1,)]


# A replica that lags or is down


@pytest.fixture
def make_app(machines: Machines, tmp_path) -> Iterator[Callable[..., Flask]]:
    """Give a function that makes the application of another machine in this process."""
    made = []

    def make(**settings: str) -> Flask:
        env = machines.settings(Machine("here", 8000, tmp_path)) | settings
        app = create_app(env, TESTING=True, PASSWORD_HASH="pbkdf2:sha256:1")
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["replica"].engine.dispose()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@contextmanager
def asked(app: Flask) -> Iterator[dict[str, int]]:
    """Count the statements sent to the primary and to the replica."""
    counts = {"primary": 0, "replica": 0}
    with app.app_context():
        engines = {"primary": db.engines["read"], "replica": db.engines["replica"]}
    listeners = []
    for name, engine in engines.items():

        def count(_connection, _cursor, statement, *_rest, name=name) -> None:
            counts[name] += "_lsn(" not in statement

        event.listen(engine, "before_cursor_execute", count)
        listeners.append((engine, count))
    try:
        yield counts
    finally:
        for engine, count in listeners:
            event.remove(engine, "before_cursor_execute", count)


def test_a_page_sends_as_many_statements_with_a_replica_as_without(app, register, machines):
    hiro = Client(app)
    register("hiro")
    hiro.log_in("hiro", PASSWORD)
    machines.replica.catch_up()
    for path in ("/", "/explore", "/@hiro", "/notifications", "/search?q=tea"):
        with asked(app) as of_primary:
            hiro.get(path)
        assert of_primary["replica"] == 0
        hiro.http.delete_cookie(replica.WROTE)
        with asked(app) as of_replica:
            hiro.get(path)
        hiro.http.set_cookie(replica.WROTE, "1")
        assert of_replica == {"primary": 1, "replica": of_primary["primary"] - 1}, path


def test_a_write_sets_a_cookie_that_outlasts_the_permitted_replica_lag(app, register):
    register("ines")
    answer = Client(app).log_in("ines", PASSWORD)
    (wrote,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(replica.WROTE)]
    lives = int(re.search(r"Max-Age=(\d+)", wrote)[1])
    assert lives == replica.OWN_WRITES_FOR > replica.MAX_LAG + replica.CHECK_EVERY
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(wrote.split("; "))
    absent_after_reading = Client(app).get("/explore").headers.getlist("Set-Cookie")
    assert not any(c.startswith(replica.WROTE) for c in absent_after_reading)


def test_a_replica_that_lags_too_far_serves_nobody_until_it_catches_up(
    app, machines, register, a, monkeypatch, caplog
):
    jonas, anonymous = register("jonas"), Client(app)
    monkeypatch.setattr(replica, "CHECK_EVERY", 0.0)
    monkeypatch.setattr(replica, "MAX_LAG", 0.5)
    machines.replica.catch_up()
    anonymous.get("/explore")
    with machines.replica.paused():
        jonas.post(a, "/posts", body="Last stop, all change")
        wait_until(lambda: shows(Client(app).get("/explore"), "Last stop, all change"))
        with asked(app) as counts:
            assert shows(anonymous.get("/explore"), "Last stop, all change")
        assert counts["replica"] == 0
        assert caplog.text.count("The replica is over") == 1
    with asked(app) as counts:
        assert shows(anonymous.get("/explore"), "Last stop, all change")
    assert counts["primary"] == 0


def test_a_database_that_is_no_replica_is_not_used(make_app, machines, caplog):
    app = make_app(DATABASE_READ_URL=machines.primary.url())
    with asked(app) as counts:
        assert Client(app).get("/explore").status_code == 200
    assert counts["replica"] == 0
    assert "names no streaming replica" in caplog.text


def test_pages_are_served_when_the_replica_is_down(
    app, register, replicated, machines, a, b, monkeypatch, caplog
):
    # No check comes first: the first statement of the page finds that the replica is down.
    monkeypatch.setattr(replica, "CHECK_EVERY", 3600.0)
    monkeypatch.setattr(replica, "MAX_LAG", 3600.0)
    kim, anonymous, here = register("kim"), Browser(), Client(app)
    kim.post(a, "/posts", body="Tide tables for the week")
    kim.forget_that_it_wrote()
    here.log_in("kim", PASSWORD)
    here.http.delete_cookie(replica.WROTE)
    replicated()
    machines.replica.catch_up()
    assert shows(here.get("/"), "Tide tables for the week")
    machines.replica.crash()
    for machine, first, second in ((a, anonymous, kim), (b, kim, anonymous)):
        for path in ("/", "/explore", "/@kim"):
            assert shows(first.get(machine, path), "Tide tables for the week")
            assert shows(second.get(machine, path), "Tide tables for the week")
        assert machine.log.count("The replica is not used for 30 s") == 1
        assert "Traceback" not in machine.log
    with asked(app) as counts:
        page = here.get("/")
    assert shows(page, "Tide tables for the week")
    one(page, LOG_OUT)
    assert counts["replica"] == 1
    assert "The replica is not used for 30 s" in caplog.text
    with asked(app) as counts:
        here.get("/")
    assert counts["replica"] == 0


def test_a_primary_that_is_restarted_costs_nothing_that_was_answered(register, machines, a, b):
    nadia = register("nadia")
    nadia.post(a, "/posts", body="Before the lights went out")
    machines.primary.restart()
    for machine in (a, b):
        wait_until(lambda machine=machine: Browser().get(machine, "/healthz").text == "ok")
    assert shows(nadia.get(a, "/"), "Before the lights went out")
    nadia.post(b, "/posts", body="And after")
    assert shows(nadia.get(b, "/"), "And after")

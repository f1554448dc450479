"""Processes that are killed: what was answered is there, and the site goes on."""

import signal
import sqlite3
import threading

import psutil
import pytest

from app.serving import KILL_AFTER, STARTED_WITHIN
from tests.faults.conftest import Site
from tests.machines import STARTS_WITHIN, Browser, wait_until

pytestmark = pytest.mark.machines


def test_a_killed_worker_is_started_again_and_pages_go_on(site: Site):
    first = wait_until(site.worker)
    first.kill()
    assert site.responds()
    second = wait_until(lambda: site.worker() if site.worker() != first else None)
    assert second.pid != first.pid
    assert "worker ended (-9) and is started again." in site.log


def test_a_killed_web_process_is_started_again(site: Site):
    granian = site.web_processes()[0]
    granian.kill()
    wait_until(lambda: not granian.is_running() and site.responds())


def test_a_reload_of_the_web_server_fails_no_request(site: Site):
    granian = site.web_processes()[0]
    before = set(granian.children())
    statuses: list[int] = []
    is_over = threading.Event()

    def request_pages():
        while not is_over.is_set():
            try:
                statuses.append(Browser().get(site, "/explore").status_code)
            except OSError:
                statuses.append(0)

    threads = [threading.Thread(target=request_pages) for _each in range(2)]
    for thread in threads:
        thread.start()
    granian.send_signal(signal.SIGHUP)
    try:
        wait_until(lambda: not before & set(granian.children()), within=3 * STARTED_WITHIN)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert granian.children()
    assert set(statuses) == {200}


def test_kill_everything_loses_nothing_that_was_answered(site: Site, register):
    browsers = [register(f"writer{number}") for number in range(3)]
    answered: list[str] = []

    def write(browser, name):
        for number in range(1000):
            text = f"{name} says {number}"
            try:
                if browser.post(site, "/posts", body=text).status_code == 200:
                    answered.append(text)
            except OSError:
                return

    threads = [
        threading.Thread(target=write, args=(browser, f"writer{number}"))
        for number, browser in enumerate(browsers)
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) > 10)
    site.kill()
    for thread in threads:
        thread.join()
    with sqlite3.connect(site.instance / "microblog.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = {body for (body,) in connection.execute("SELECT body FROM post")}
    assert set(answered) <= kept
    site.start()
    assert site.responds()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_process(site: Site, number):
    processes = site.processes()
    site.process.send_signal(number)
    assert site.process.wait(30) == 0
    _gone, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive
    site.start()


def test_a_signal_ends_web_processes_that_are_still_starting(site: Site):
    site.stop()
    for _each in range(3):
        site.begin_to_start()
        # Granian itself, and a process that it has just forked.
        wait_until(lambda: len(site.web_processes()) > 1, within=STARTS_WITHIN)
        processes = site.processes()
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(KILL_AFTER / 2) == 0
        _gone, alive = psutil.wait_procs(processes, timeout=5)
        assert not alive
    site.start()


def test_a_process_that_does_not_stop_is_killed(site: Site):
    """SIGSTOP, as if a server had missed the signal while it started."""
    processes = site.processes()
    wait_until(site.worker).send_signal(signal.SIGSTOP)
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(KILL_AFTER * 2) == 0
    _gone, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive
    site.start()

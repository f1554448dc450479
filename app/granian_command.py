"""Granian's command, as ``flask web`` runs it: a script that imports nothing else of ours.

Granian forks its workers. Until a worker serves, it would keep the signal handlers of the first
process, which only note a signal for that process: a worker that starts could not be stopped.
"""

import os
import signal

from granian.cli import entrypoint


def _end_at_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    os.register_at_fork(after_in_child=_end_at_signals)
    entrypoint()  # type: ignore[no-untyped-call]

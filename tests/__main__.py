"""Run everything: on SQLite, in a browser, on PostgreSQL, and on several machines.

Whatever follows ``python -m tests`` goes to pytest, as in ``python -m tests -k follow``.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Exit code of pytest.
NOTHING_SELECTED = 5


def main(arguments: list[str]) -> int:
    """Run the suite on both databases; 0 when all of it passed on each."""
    from tests.browser.chromium import ensure  # noqa: PLC0415 - needed here only

    print(f"\n== Browser: {ensure()}", flush=True)
    narrowed = bool(arguments)
    codes = [
        _pytest("SQLite", "sqlite", ["-m", "not browser and not machines", *arguments]),
        _pytest("Browser", "sqlite", ["-m", "browser", *arguments]),
        _pytest("PostgreSQL", "postgresql", ["-m", "not browser and not machines", *arguments]),
        # These tests share the processes that they start, so a single pytest process runs them.
        _pytest("Several machines", "postgresql", ["-m", "machines", "-n", "0", *arguments]),
    ]
    if narrowed and set(codes) != {NOTHING_SELECTED}:
        codes = [0 if code == NOTHING_SELECTED else code for code in codes]
    print(f"\n== {'Passed' if not any(codes) else 'FAILED'} on SQLite and PostgreSQL", flush=True)
    return max(codes)


def _pytest(heading: str, database: str, arguments: list[str]) -> int:
    print(f"\n== {heading}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
    environment = os.environ | {"TEST_DATABASE": database}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""An S3-compatible server in a process of its own (moto, https://docs.getmoto.org)."""

import signal
import subprocess
import sys
import urllib.request

from tests.machines import wait_until
from tests.ports import free_port

BUCKET = "pictures"


class S3Server:
    """A server with one bucket. It keeps files in memory, so they are gone when it stops."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        """Start the server; wait until it answers, and make the bucket."""
        command = ("moto.server", "-H", "127.0.0.1", "-p", str(self.port))
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._has_bucket, within=60)

    def stop(self) -> None:
        """Stop the server; whoever asks it is refused."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """Have the server accept connections and answer nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Have a paused server answer again."""
        self.process.send_signal(signal.SIGCONT)

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a site that keeps its pictures here."""
        return {
            "MEDIA_STORE_URL": f"s3://{BUCKET}/site",
            "MEDIA_STORE_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "MEDIA_STORE_ACCESS_KEY": "key",
            "MEDIA_STORE_SECRET_KEY": "secret",
        }

    def _has_bucket(self) -> bool:
        bucket = f"http://127.0.0.1:{self.port}/{BUCKET}"
        try:
            with urllib.request.urlopen(urllib.request.Request(bucket, method="PUT")) as answer:
                return answer.status == 200
        except OSError:
            return False

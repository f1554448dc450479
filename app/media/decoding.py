"""Decoding: starts the decoder, a process with limits, so that Pillow reads no file in ours."""

import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Any

from .cropping import Crop
from .recipes import RECIPES

log = logging.getLogger(__name__)

DECODER = Path(__file__).with_name("decoder.py")
# Seconds of the clock, on a machine that is busy; the decoder limits those of the processor.
SECONDS = 60


class PictureError(Exception):
    """A picture cannot be used, for the reason ``code`` (:mod:`app.media.failures`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Decoded:
    """What was made of a picture."""

    # Of the largest variant, in pixels.
    width: int
    height: int
    is_animated: bool
    # A data: URL; "" for a transparent picture.
    blur: str
    files: tuple[Path, ...]


def decode(source: Path, folder: Path, recipe: str, crop: Crop | None = None) -> Decoded:
    """Write the variants of the picture ``source`` into the empty ``folder``, by ``recipe``.

    They are upright, in sRGB, and have no metadata. ``crop`` is cut out where the recipe has a
    shape; by default the middle. Raises :class:`PictureError`, and :class:`OSError` if the disk is
    full.
    """
    wanted = RECIPES[recipe]
    order = {
        "widths": wanted.widths,
        "ratio": wanted.ratio,
        "animation": wanted.animation,
        "crop": crop if wanted.ratio else None,
    }
    # Isolated: neither our settings nor our modules are there.
    command = [sys.executable, "-I", str(DECODER), str(source), str(folder), json.dumps(order)]
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureError("time") from None
    outcome = _outcome(done)
    if code := outcome.pop("failed", None):
        if code == "disk_full":
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        log.info("A picture was refused (%s): %s", code, done.stderr[:500].decode(errors="replace"))
        raise PictureError(code)
    return Decoded(**outcome, files=tuple(sorted(folder.iterdir())))


def _outcome(done: "subprocess.CompletedProcess[bytes]") -> dict[str, Any]:
    """Return what the decoder printed; for one that was ended, why."""
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        is_late = done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        return {"failed": "time" if is_late else "memory"}

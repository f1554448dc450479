"""The Nu HTML checker: a Java program (https://validator.github.io/validator/), from npm."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import config

PACKAGE = "vnu-jar@26.9.27"
FOLDER = config.ROOT / ".cache" / PACKAGE
# The attributes of htmx are not in the standard, and the name of a card is no heading.
ALLOWED = r".*Attribute “hx-.*|Article lacks heading.*"


def missing() -> str | None:
    """Return why the checker cannot run here; None once it is installed."""
    if not shutil.which("java"):
        return "The Nu HTML checker needs Java. On Debian: apt-get install default-jre-headless"
    if _jar():
        return None
    if not shutil.which("npm"):
        return "The Nu HTML checker comes from npm. On Debian: apt-get install npm"
    FOLDER.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", "--silent", PACKAGE], cwd=FOLDER, capture_output=True, check=False
    )
    for archive in FOLDER.glob("*.tgz"):
        with tarfile.open(archive) as package:
            package.extractall(FOLDER, filter="data")
        archive.unlink()
    return None if packed.returncode == 0 and _jar() else f"npm pack {PACKAGE} failed."


def faults(pages: dict[str, str], folder: Path) -> list[str]:
    """Return what the checker finds in ``pages``, the HTML by name; ``folder`` is for its files."""
    names = {}
    for number, (name, html) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(html, encoding="utf-8")
        names[file.name] = name
    asked = ["java", "-jar", str(_jar()), "--format", "json", "--filterpattern", ALLOWED]
    checked = subprocess.run([*asked, str(folder)], capture_output=True, text=True, check=False)
    return sorted(
        f"{names[found['url'].rpartition('/')[2]]}: {found['message']} {found.get('extract', '')}"
        for found in json.loads(checked.stderr)["messages"]
    )


def _jar() -> Path | None:
    return next(FOLDER.rglob("vnu.jar"), None)

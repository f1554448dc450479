"""Make the fonts that pictures of posts are drawn with: ``make fonts``; needs npm.

Each is a file of an npm package, reduced to the characters of :data:`FONTS`. The manifest beside
them names package, version, licence and hash, and the characters that a font has.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parents[1] / "app" / "sharing" / "fonts"
NPM = "@expo-google-fonts"

LATIN = [(0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x36F), (0x1E00, 0x1EFF)]
PUNCTUATION = [(0x200B, 0x206F), (0x20A0, 0x20C0), (0x2116, 0x2116), (0x2122, 0x2122)]
GREEK_AND_CYRILLIC = [(0x370, 0x3FF), (0x400, 0x52F)]
TEXT = [*LATIN, *GREEK_AND_CYRILLIC, *PUNCTUATION]
EVERYTHING = [(0x20, 0x10FFFF)]

# By the name of the file: package, version, the file in it, and the ranges of characters.
FONTS = {
    "wordmark.ttf": (
        *("bricolage-grotesque", "0.4.1", "700Bold/BricolageGrotesque_700Bold.ttf"),
        LATIN[:2],
    ),
    "text.ttf": ("noto-sans", "0.4.2", "400Regular/NotoSans_400Regular.ttf", TEXT),
    "name.ttf": ("noto-sans", "0.4.2", "600SemiBold/NotoSans_600SemiBold.ttf", TEXT),
    "arabic.ttf": (
        *("noto-sans-arabic", "0.4.3", "400Regular/NotoSansArabic_400Regular.ttf"),
        [*LATIN, *PUNCTUATION, (0x600, 0x6FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)],
    ),
    "hebrew.ttf": (
        *("noto-sans-hebrew", "0.4.1", "400Regular/NotoSansHebrew_400Regular.ttf"),
        [*LATIN, *PUNCTUATION, (0x590, 0x5FF)],
    ),
    "emoji.ttf": (*("noto-emoji", "0.4.7", "400Regular/NotoEmoji_400Regular.ttf"), EVERYTHING),
}


def main() -> None:
    """Make all fonts and the manifest."""
    manifest = {name: _make(FOLDER / name, *source) for name, source in FONTS.items()}
    text = json.dumps(manifest, indent=2) + "\n"
    (FOLDER / "manifest.json").write_text(text)


def _make(
    file: Path, package: str, version: str, source: str, ranges: list[tuple[int, int]]
) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        names = ["npm", "pack", "--silent", f"{NPM}/{package}@{version}"]
        packed = subprocess.run(names, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(Path(folder) / packed.stdout.strip()) as archive:
            archive.extractall(folder, filter="data")
        root = Path(folder) / "package"
        # One licence, the SIL Open Font License, and one notice of copyright for each font.
        shutil.copy(root / "LICENSE_FONT", file.with_suffix(".LICENSE"))
        covers = _subset(root / source, file, ranges)
    return {
        "package": f"{NPM}/{package}",
        "version": version,
        "source": source,
        "licence": "OFL-1.1",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "covers": " ".join(covers),
    }


def _subset(source: Path, file: Path, ranges: list[tuple[int, int]]) -> list[str]:
    """Write ``source`` with the characters of ``ranges`` alone; return what it covers."""
    font = TTFont(source)
    wanted = [c for c in font.getBestCmap() if any(low <= c <= high for low, high in ranges)]
    # Without hints, which a picture of this size does not need, and without names of glyphs.
    subsetter = Subsetter(Options(hinting=False, glyph_names=False, notdef_outline=True))
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(file)
    return list(_runs(sorted(wanted)))


def _runs(characters: list[int]) -> list[str]:
    runs: list[list[int]] = []
    for character in characters:
        if runs and character == runs[-1][1] + 1:
            runs[-1][1] = character
        else:
            runs.append([character, character])
    return [f"{low:x}" if low == high else f"{low:x}-{high:x}" for low, high in runs]


if __name__ == "__main__":
    main()

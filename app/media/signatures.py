"""What a file is, by its first bytes: the web process reads no more of a picture."""

# The types of files that fields ask for.
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,image/avif"
# Bytes that are enough.
LENGTH = 64

_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_AVIF = (b"avif", b"avis")


def failure_of(start: bytes) -> str | None:
    """Return why a file that begins with ``start`` is no picture for us; None if it may be one.

    The codes are those of :func:`app.media.failures.of_file`.
    """
    if not start:
        return "empty"
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return None
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return None
    if start[4:8] == b"ftyp":
        # The brand, and those that it is compatible with (ISO/IEC 14496-12, 4.3).
        brands = {start[at : at + 4] for at in (8, *range(16, len(start) - 3, 4))}
        if brands.intersection(_AVIF):
            return None
        return "heic" if brands.intersection(_HEIC) else "type"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "svg" if text.startswith((b"<svg", b"<?xml")) else "type"

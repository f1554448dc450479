"""What is cut out of a picture: four edges of the upright picture, from 0 to 1."""

# Left, top, right, bottom.
Crop = tuple[float, float, float, float]
# Characters of a crop as text.
LONGEST_CROP = 60


def crop_of(text: str | None) -> Crop | None:
    """Return the edges that ``text`` names, as crop.js writes them; None for anything else."""
    try:
        left, top, right, bottom = map(float, (text or "")[:LONGEST_CROP].split())
    except ValueError:
        return None
    is_inside = 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    return (left, top, right, bottom) if is_inside else None

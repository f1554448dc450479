"""Draws the ratios against what is to be reached, as an SVG that reads well in light and dark."""

from collections.abc import Callable, Sequence

from markupsafe import escape

from .measuring import Row

WIDTH, LEFT, RIGHT = 760, 180, 60
TOP, STEP, BAR = 64, 30, 16
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 11px; fill: #57606a }
  .name { text-anchor: end } .middle { text-anchor: middle }
  .grid { stroke: #d0d7de }
  .met { fill: #2f7d4f } .missed { fill: #b35900 } .free { fill: #6e7781 }
  .reach { stroke: #24292f; stroke-width: 2 }
  .aim { stroke: #24292f; stroke-width: 1.5; stroke-dasharray: 3 2 }
  .ground { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d }
    .met { fill: #57ab5a } .missed { fill: #e0823d } .ground { fill: #0d1117 }
    .reach, .aim { stroke: #e6edf3 }
  }
"""


def plot(rows: Sequence[Row], name: str) -> str:
    """Return a chart with a bar for each row: as long as its ratio, beside its marks."""
    most = max(1.0, *(row.ratio or 0 for row in rows))
    height = TOP + STEP * len(rows) + 44

    def x(ratio: float) -> float:
        return round(LEFT + ratio / most * (WIDTH - LEFT - RIGHT), 1)

    bottom = TOP + STEP * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>Ratio to a bare Flask view, {escape(name)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="16" y="28">Ratio to a bare Flask view · {escape(name)}</text>',
        '<text class="small" x="16" y="46">'
        "1 is a view that returns the same bytes from memory. Line: to be reached; dashes: aim."
        "</text>",
    ]
    for tenth in range(0, int(most * 10) + 1, 2):
        at, label = x(tenth / 10), f"{tenth / 10:g}"
        parts += [
            f'<path class="grid" d="M{at} {TOP}V{bottom}"/>',
            f'<text class="small middle" x="{at}" y="{bottom + 18}">{label}</text>',
        ]
    for number, row in enumerate(rows):
        parts += _bar(row, TOP + STEP * number + (STEP - BAR) // 2, x)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(row: Row, y: int, x: Callable[[float], float]) -> list[str]:
    ratio = row.ratio or 0
    fate = "free" if row.reach is None else "met" if ratio >= row.reach else "missed"
    middle = y + BAR - 4
    parts = [
        f'<text class="name" x="{LEFT - 10}" y="{middle}">{escape(row.page)}</text>',
        f'<rect class="{fate}" x="{LEFT}" y="{y}" width="{x(ratio) - LEFT:.1f}" height="{BAR}"'
        ' rx="2"/>',
    ]
    for mark, at in (("reach", row.reach), ("aim", row.aim)):
        if at is not None:
            parts.append(f'<path class="{mark}" d="M{x(at)} {y - 4}v{BAR + 8}"/>')
    beside = x(max(ratio, row.reach or 0, row.aim or 0)) + 8
    return [*parts, f'<text x="{beside}" y="{middle}">{ratio:.3f}</text>']

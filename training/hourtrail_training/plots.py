"""Reliability and coverage as SVG: text that every browser and mlflow show, without a plotting library."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from hourtrail_training.evaluation import Bin

SIZE, MARGIN = 360, 46
_COLOURS: Final = ("#1b5e9e", "#b3541e", "#5b5b5b")

Points = Sequence[tuple[float, float]]


def reliability_svg(models: Sequence[tuple[str, Sequence[Bin]]]) -> str:
    """Share that was right over confidence; on the diagonal a model says what it keeps. Dots grow with their rows."""
    parts = [_line([(0, 0), (1, 1)], "#b0b0b0", dashed=True)]
    for (_, bins), colour in zip(models, _COLOURS, strict=False):
        total = sum(row.weight for row in bins) or 1.0
        parts.append(_line([(row.confidence, row.right) for row in bins], colour))
        for row in bins:
            radius = 2 + 6 * (row.weight / total) ** 0.5
            parts.append(f'<circle cx="{_x(row.confidence)}" cy="{_y(row.right)}" r="{radius:.1f}" fill="{colour}"/>')
    names = [name for name, _ in models]
    return _page("Reliability", "confidence of the best answer", "share that was right", parts, names)


def coverage_svg(models: Sequence[tuple[str, Points]]) -> str:
    """Precision of the most certain answers over the share of rows that they are."""
    parts = [_line(curve, colour) for (_, curve), colour in zip(models, _COLOURS, strict=False)]
    names = [name for name, _ in models]
    return _page("Coverage", "share of rows shown, most certain first", "precision of those", parts, names)


def _x(value: float) -> str:
    return f"{MARGIN + value * SIZE:.1f}"


def _y(value: float) -> str:
    return f"{MARGIN + (1 - value) * SIZE:.1f}"


def _line(points: Points, colour: str, *, dashed: bool = False) -> str:
    path = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _page(title: str, across: str, up: str, parts: Sequence[str], names: Sequence[str]) -> str:
    edge, end = SIZE + 2 * MARGIN, MARGIN + SIZE
    frame = f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#404040"/>'
    ticks = [
        f'<text x="{_x(tick / 5)}" y="{end + 16}" text-anchor="middle">{tick / 5:.1f}</text>'
        f'<text x="{MARGIN - 6}" y="{_y(tick / 5)}" text-anchor="end" dominant-baseline="middle">{tick / 5:.1f}</text>'
        for tick in range(6)
    ]
    legend = [
        f'<text x="{MARGIN + 10}" y="{MARGIN + 18 + 16 * place}" fill="{colour}">{escape(name)}</text>'
        for place, (name, colour) in enumerate(zip(names, _COLOURS, strict=False))
    ]
    texts = [
        f'<text x="{edge / 2}" y="24" text-anchor="middle" font-size="15">{escape(title)}</text>',
        f'<text x="{edge / 2}" y="{end + 36}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(14 {edge / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    body = "\n".join([frame, *ticks, *parts, *legend, *texts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}" width="{edge}" height="{edge}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )

"""The picture of the fidelity page: every error as a share of its threshold, as a small SVG that needs no script.

Draws only: shares and labels come from `alvh.reports.fidelity.bars`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from alvh.reports.fidelity import Bar

WIDTH, LABEL_WIDTH, ROW_HEIGHT, TOP, MARGIN = 900, 380, 18, 34, 12
MOST_SHOWN = 2.0
"""Errors beyond twice their threshold end at the edge, with their number beside the bar."""
PASS, FAIL, INK, RULE = "#2f6f62", "#b5532a", "#222222", "#888888"


def fidelity_svg(bars: Sequence[Bar]) -> str:
    """Return the picture: one bar a threshold, the threshold itself as a line."""
    height = TOP + ROW_HEIGHT * len(bars) + MARGIN
    scale = (WIDTH - LABEL_WIDTH - 70) / MOST_SHOWN
    limit = LABEL_WIDTH + scale
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'font-family="sans-serif" font-size="11" role="img" aria-label="Errors as shares of their thresholds">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{limit:.0f}" y="14" text-anchor="middle" fill="{INK}">threshold</text>',
        (
            f'<line x1="{limit:.1f}" y1="20" x2="{limit:.1f}" y2="{height - MARGIN}" stroke="{RULE}" '
            'stroke-dasharray="3 3"/>'
        ),
    ]
    for k, bar in enumerate(bars):
        y = TOP + k * ROW_HEIGHT
        known = math.isfinite(bar.share)
        length = scale * min(bar.share, MOST_SHOWN) if known else scale * MOST_SHOWN
        said = f"{bar.share:.0%}" if known else "no number"
        lines.append(
            f'<text x="{LABEL_WIDTH - 8}" y="{y + 9}" text-anchor="end" fill="{INK}">{escape(bar.label)}</text>'
            f'<rect x="{LABEL_WIDTH}" y="{y}" width="{max(length, 1.0):.1f}" height="11" '
            f'fill="{PASS if bar.passed else FAIL}"/>'
            f'<text x="{LABEL_WIDTH + max(length, 1.0) + 5:.1f}" y="{y + 9}" fill="{INK}">{said}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])

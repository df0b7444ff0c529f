"""How often the S&P 500 stays within its expected daily range."""

from __future__ import annotations

import numpy as np

from alvh.evidence.claims.claim import Claim, Judgement, Material, no_runs
from alvh.evidence.claims.moves import ALL_WEEKDAYS, next_moves
from alvh.evidence.claims.samples import ratio
from alvh.evidence.claims.verdict import at_least
from alvh.values import Missing


def _b2(material: Material) -> tuple[Judgement, ...]:
    moves, expected, known = next_moves(material)
    since = known & (material.history.sessions >= np.datetime64(ALL_WEEKDAYS, "D"))
    put, call = (moves >= -expected).astype(np.float64), (moves <= expected).astype(np.float64)
    readings = (
        ("each short by itself", known, 0.5 * (put + call), 2, True),
        ("each short by itself, since SPX expires daily", since, 0.5 * (put + call), 2, False),
        ("the short puts", known, put, 1, False),
        ("the short calls", known, call, 1, False),
        ("both shorts of a condor at once", known, put * call, 1, False),
    )
    out = []
    for label, which, worthless, shorts, counts in readings:
        days = material.history.sessions[which]
        found = (
            ratio(worthless[which], np.ones(days.size), days, material, n=shorts * days.size, of="shorts")
            if days.size
            else Missing("no session has an expected daily range and a close after it")
        )
        out.append(Judgement(label, at_least(0.80), "share", found, counts))
    return tuple(out)


CLAIMS = (
    Claim(
        4, "worthless-beyond-edr", "B2",
        "Shorts beyond the expected daily range expire worthless over 80 % of the time.",
        "Of shorts sold exactly one expected daily range below and above the close, at least 80 % are worthless at the "
        "next one: each by itself, as the page says it. That both of a condor are is another statement, shown beside. "
        "Closing prices alone.",
        "The expected range is ours, 0.6 VIX9D + 0.4 HV20 over the square root of 252, because the page's own formula "
        "has no consistent units; it begins with VIX9D in 2011. PM-settled expiries settle at the close.",
        no_runs, _b2,
    ),
)  # fmt: skip

"""What the index costs: price to earnings, price to cash flow, and how far the two have come apart.

`concepts.md`, "P/CF, P/E": the divergence in standard deviations over 252 sessions is that of the pages, the logarithm
is our choice. Monthly figures, each from its publication on (`alvh.market.slow_tables`): caution only.
"""

from __future__ import annotations

import numpy as np

from alvh.market.history import History
from alvh.maths.averages import trailing_z
from alvh.values import Floats, Indicator

INDICATORS = (
    Indicator("pe", "ratio"),
    Indicator("pcf", "ratio"),
    Indicator("pe_age_days", "days since the month ended"),
    Indicator("pe_pcf_z", "standard deviations"),
)
WINDOW_SESSIONS = 252
COLUMNS = {"pe": "SP500.pe", "pcf": "SP500.pcf", "pe_age_days": "SP500.pe.age_days"}


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN before the first publication and half a year after the last month.

    ``pe``, ``pcf``
        Price over the earnings (cash flow) of the trailing twelve months, of the latest month published.
    ``pe_age_days``
        Days since that month ended: 92 at its publication.
    ``pe_pcf_z``
        ln P/E - ln P/CF, in standard deviations from its mean over 252 sessions (half of them known), within +-3. High:
        earnings look worse than cash flow.
    """
    if name in COLUMNS:
        return history.column(COLUMNS[name])
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.log(history.column("SP500.pe")) - np.log(history.column("SP500.pcf"))
    return trailing_z(np.where(np.isfinite(gap), gap, np.nan), WINDOW_SESSIONS)

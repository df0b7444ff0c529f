"""The volatility funds that can be rebuilt from VX settlements: index, daily leverage, fees, costs as filed.

Management fees are the issuers'; total expense ratios and net investment income are ratios to average net assets in
the sponsor's filings (ProShares Trust II, note "Financial highlights"). A fund that pays broker commissions charges
more than its fee, and one that keeps margin and cash at a bank earns less than a bill.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

LEVERAGE_CHANGE: Final = dt.date(2018, 2, 27)
"""UVXY and SVXY reset to 1.5 and -0.5 from the close of this day on (ProShares release of 2018-02-26, Reuters)."""
SETTLEMENT_CHANGE: Final = dt.date(2020, 10, 26)
"""VX settle at 16:00 New York from this day on, 16:15 before (SEC accession 0001193125-20-271242)."""


@dataclass(frozen=True, slots=True)
class VolFund:
    """A fund on an index of VX futures.

    Attributes
    ----------
    symbol : str
    index : {"short", "mid"}
        One month (S&P 500 VIX Short-Term Futures) or five months (Mid-Term).
    leverage, leverage_before : float
        Daily multiple today, and until the close of `LEVERAGE_CHANGE`.
    fee_annual : float
        Management or investor fee, decimal.
    note : bool
        A note owes the index's total return less its fee; a fund holds futures, bills and cash and pays commissions.
    """

    symbol: str
    index: Literal["short", "mid"]
    leverage: float
    leverage_before: float
    fee_annual: float
    note: bool

    def leverage_from(self, close: dt.date) -> float:
        """Return the multiple that applies from the close of a day to the next close."""
        return self.leverage if close >= LEVERAGE_CHANGE else self.leverage_before


FUNDS: Final = (
    VolFund("VXX", "short", 1.0, 1.0, 0.0089, note=True),
    VolFund("VXZ", "mid", 1.0, 1.0, 0.0089, note=True),
    VolFund("VIXY", "short", 1.0, 1.0, 0.0085, note=False),
    VolFund("VIXM", "mid", 1.0, 1.0, 0.0085, note=False),
    VolFund("UVXY", "short", 1.5, 2.0, 0.0095, note=False),
    VolFund("SVXY", "short", -0.5, -1.0, 0.0095, note=False),
)
"""Fees: Barclays 0.89 % (VXX, VXZ); ProShares 0.85 % (VIXY, VIXM) and 0.95 % (UVXY, SVXY), the issuers' fund pages."""


class Filing(NamedTuple):
    """Ratios to average net assets of a period, decimals a year; `income_net` is income less expenses, None unread."""

    symbol: str
    first: dt.date
    last: dt.date
    expense: float
    income_net: float | None
    accession: str


FILINGS: Final = (
    Filing("VIXY", dt.date(2015, 1, 1), dt.date(2015, 12, 31), 0.0095, None, "0001193125-16-485710"),
    Filing("VIXM", dt.date(2015, 1, 1), dt.date(2015, 12, 31), 0.0091, None, "0001193125-16-485710"),
    Filing("SVXY", dt.date(2015, 1, 1), dt.date(2015, 12, 31), 0.0140, None, "0001193125-16-485710"),
    Filing("SVXY", dt.date(2017, 1, 1), dt.date(2017, 12, 31), 0.0151, -0.0071, "0001193125-18-067452"),
    Filing("SVXY", dt.date(2018, 1, 1), dt.date(2018, 12, 31), 0.0134, -0.0037, "0001193125-19-060564"),
    Filing("SVXY", dt.date(2022, 1, 1), dt.date(2022, 12, 31), 0.0121, -0.0035, "0001193125-23-054105"),
    Filing("SVXY", dt.date(2025, 4, 1), dt.date(2025, 6, 30), 0.0118, 0.0240, "10-Q of 2025-06-30, note 6"),
)
"""What we have read of the sponsor's filings; the other years and UVXY's ratios we have not."""


def vol_fund(symbol: str) -> VolFund:
    """Return a fund; KeyError when it is not in the table."""
    for fund in FUNDS:
        if fund.symbol == symbol:
            return fund
    raise KeyError(symbol)


def filed_expense(symbol: str, *, since_change: bool) -> float:
    """Return the mean filed expense ratio of a fund, of the periods before or after its leverage changed.

    A fund whose leverage never changed has one mean. KeyError where no filing was read.
    """
    fund = vol_fund(symbol)
    ratios = [
        one.expense
        for one in FILINGS
        if one.symbol == symbol
        and (fund.leverage == fund.leverage_before or (one.last >= dt.date(2018, 12, 31)) == since_change)
    ]
    if not ratios:
        raise KeyError(symbol)
    return sum(ratios) / len(ratios)


def expense(symbol: str, *, since_change: bool) -> float:
    """Return what a fund charges a year in all: its fee for a note, as filed for a fund, derived for UVXY.

    Derived: commissions go with turnover, which is |L| for the roll and |L (L - 1)| for the daily reset. VIXY's filed
    commissions price the roll, what is left of SVXY's the reset.
    """
    fund = vol_fund(symbol)
    if fund.note:
        return fund.fee_annual
    if symbol != "UVXY":
        return filed_expense(symbol, since_change=since_change)
    inverse = vol_fund("SVXY")
    roll = filed_expense("VIXY", since_change=since_change) - vol_fund("VIXY").fee_annual
    own, other = (one.leverage if since_change else one.leverage_before for one in (fund, inverse))
    reset = filed_expense("SVXY", since_change=since_change) - inverse.fee_annual - roll * abs(other)
    return fund.fee_annual + roll * abs(own) + reset * abs(own * (own - 1.0)) / abs(other * (other - 1.0))

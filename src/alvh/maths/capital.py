"""What capital costs and what it earns: WACC, CAPM, the hurdle, the modified internal rate of return.

`concepts.md` section 1 (WACC, IRR, CAPM hurdle) and `methodology.md` section 10. Rates are decimals a year. CAPM: W. F.
Sharpe, "Capital asset prices", Journal of Finance 19 (1964). That a debit balance alone is debt, the margin over WACC
and the differential are our choice.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from alvh.values import Floats, Missing

SESSIONS_A_YEAR: Final = 252


def wacc(equity_usd: float, debt_usd: float, cost_of_equity: float, cost_of_debt: float, tax: float = 0.0) -> float:
    """Return the weighted average cost of capital, E/V Re + D/V Rd (1 - T) with V = E + D; NaN where V is not positive.

    Parameters
    ----------
    equity_usd
        The account's equity.
    debt_usd
        What is borrowed: a debit balance, not negative. Option margin is collateral, not debt.
    cost_of_equity, cost_of_debt
        Decimals a year.
    tax
        Share of interest that lowers a tax bill.

    Examples
    --------
    >>> round(wacc(60_000.0, 40_000.0, 0.083, 0.068), 4)  # 0.6 x 8.3 % + 0.4 x 6.8 %
    0.077
    """
    whole = equity_usd + debt_usd
    if not (whole > 0.0 and debt_usd >= 0.0):
        return math.nan
    share = debt_usd / whole
    return (1.0 - share) * cost_of_equity + share * cost_of_debt * (1.0 - tax)


def capm(risk_free: float, beta: float, equity_premium: float) -> float:
    """Return the cost of equity, rf + beta x ERP.

    >>> round(capm(0.043, 0.8, 0.05), 4)
    0.083
    """
    return risk_free + beta * equity_premium


def hurdle(cost: float, sofr_bill_spread: float, over: float) -> float:
    """Return what an addition has to earn: WACC + max(0, SOFR - bill) + `over` (NaN stays NaN).

    >>> round(hurdle(0.077, 0.002, 0.03), 4), round(hurdle(0.077, -0.004, 0.03), 4)
    (0.109, 0.107)
    """
    return cost + (max(0.0, sofr_bill_spread) if math.isfinite(sofr_bill_spread) else math.nan) + over


def slope(y: Floats, x: Floats, least: int) -> float | Missing:
    """Return the least-squares slope of `y` on `x` (beta), over pairs of which both are known.

    Missing with fewer than `least` pairs, or when `x` does not vary.
    """
    known = np.isfinite(y) & np.isfinite(x)
    n = int(known.sum())
    if n < least:
        return Missing(f"{n} sessions of profit and loss, {least} are needed for a beta")
    centred = x[known] - x[known].mean()
    spread = float(centred @ centred)
    if not spread > 0.0:
        return Missing("SPX did not move: no beta")
    return float(centred @ (y[known] - y[known].mean())) / spread


def modified_irr(outlay_usd: float, wealth_usd: float, years: float) -> float:
    """Return the annual rate at which an outlay becomes a final wealth: (wealth / outlay)^(1 / years) - 1.

    Modified: whatever flows in between was carried to the end at a rate of its own (J. C. T. Mao, "Quantitative
    analysis of financial decisions", 1969). -1 where nothing is left; NaN without an outlay or time.

    >>> round(modified_irr(100.0, 102.0, 0.25), 6)  # 1.02^4 - 1
    0.082432
    """
    if not (outlay_usd > 0.0 and years > 0.0):
        return math.nan
    return math.pow(max(wealth_usd, 0.0) / outlay_usd, 1.0 / years) - 1.0


def irr_error(outlay_usd: float, wealth_usd: float, error_usd: float, years: float) -> float:
    """Return the standard error of `modified_irr` for one of the final wealth (first order); NaN as there."""
    if not (outlay_usd > 0.0 and years > 0.0 and wealth_usd > 0.0):
        return math.nan
    return math.pow(wealth_usd / outlay_usd, 1.0 / years - 1.0) * error_usd / outlay_usd / years


def return_on_peak(pnl_usd: float, sessions: int, peak_usd: float) -> float:
    """Return profit a year of 252 sessions on the largest margin used; NaN without a margin or a session.

    >>> return_on_peak(3_000.0, 126, 50_000.0)  # 6,000 USD a year
    0.12
    """
    if not (peak_usd > 0.0 and sessions > 0):
        return math.nan
    return pnl_usd * SESSIONS_A_YEAR / sessions / peak_usd

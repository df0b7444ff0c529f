"""Orders as thinkorswim writes them in one line, to be pasted into its order entry.

``SELL -24 IRON CONDOR SPX 100 20 SEP 24 5620/5670/4550/4500 CALL/PUT @12.95 LMT``: direction and signed quantity,
strategy, symbol, multiplier, ``(Weeklys)`` for series that are no monthlies, expiry, strikes (of a condor the short
call, long call, short put, long put), rights, net price. Pages: simplertrading.com, "How to Read ThinkorSwim Trade
Alerts"; tradient.net/docs/portfolio/tos-format. Packages that have no strategy name there are written leg by leg under
``CUSTOM``, strikes and rights in the order of the legs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from alvh import conventions
from alvh.adapters.baskets.package import Package
from alvh.conventions import spx_monthly_expiry, vix_expiry
from alvh.values import Contract, Leg

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
SYMBOLS = {"SPXW": "SPX", "VIXW": "VIX"}
RIGHTS = {"C": "CALL", "P": "PUT"}


def order_lines(packages: Sequence[Package]) -> str:
    """Return one line a package."""
    return "".join(f"{order_line(package)}\n" for package in packages)


def order_line(package: Package) -> str:
    """Return a package in one line."""
    legs, price = package.legs, f"@{abs(package.limit):.2f} LMT"
    condor = _condor(legs)
    if condor is not None:
        side, count = condor
        short_call, long_call, short_put, long_put = _condor_strikes(legs)
        n = package.lots * count
        strikes = "/".join(f"{k:g}" for k in (short_call, long_call, short_put, long_put))
        return f"{side} IRON CONDOR {_series(legs[0].contract)} {strikes} CALL/PUT {price}".replace("#", f"{n}")
    if len(legs) == 1:
        n = legs[0].ratio * package.lots
        contract = legs[0].contract
        strike = f" {contract.strike:g} {RIGHTS[contract.right]}" if contract.right else ""
        return f"{'BUY' if n > 0 else 'SELL'} {n:+d} {_series(contract)}{strike} {price}"
    count = package.units
    side = "SELL" if package.limit > 0.0 else "BUY"
    sign = -count if side == "SELL" else count
    ratios = "/".join(f"{leg.ratio * package.lots // count:+d}" for leg in legs)
    dates = "/".join(_date(leg.contract.expiry) for leg in legs)
    strikes = "/".join(f"{leg.contract.strike:g}" for leg in legs)
    rights = "/".join(RIGHTS.get(leg.contract.right, "") for leg in legs)
    return f"{side} {sign:+d} {ratios} CUSTOM {_symbol(legs[0].contract)} {dates} {strikes} {rights} {price}"


def _condor(legs: Sequence[Leg]) -> tuple[str, int] | None:
    """Return the direction of an iron condor with the place of its quantity, and contracts a lot; None for none."""
    found = {(leg.contract.right, leg.ratio > 0): leg for leg in legs}
    sizes = {abs(leg.ratio) for leg in legs}
    one_date = len({(leg.contract.root, leg.contract.expiry) for leg in legs}) == 1
    if len(legs) != 4 or len(found) != 4 or len(sizes) != 1 or not one_date:
        return None
    short = found["P", False].contract.strike > found["P", True].contract.strike
    return ("SELL -#" if short else "BUY +#"), sizes.pop()


def _condor_strikes(legs: Sequence[Leg]) -> tuple[float, float, float, float]:
    """Return the inner call, outer call, inner put and outer put."""
    calls = sorted(leg.contract.strike for leg in legs if leg.contract.right == "C")
    puts = sorted((leg.contract.strike for leg in legs if leg.contract.right == "P"), reverse=True)
    return calls[0], calls[1], puts[0], puts[1]


def _symbol(contract: Contract) -> str:
    symbol = SYMBOLS.get(contract.root, contract.root)
    if conventions.root_spec(contract.root).kind == "future":
        return f"/{symbol}"
    return f"{symbol} {conventions.root_spec(contract.root).multiplier}"


def _series(contract: Contract) -> str:
    """Return symbol, multiplier, whether it is a weekly, and expiry."""
    year, month = contract.expiry.year, contract.expiry.month
    monthly = vix_expiry(year, month) if contract.root.startswith("VIX") else spx_monthly_expiry(year, month)
    weekly = contract.root in ("SPXW", "VIXW") or (bool(contract.right) and contract.expiry != monthly)
    return f"{_symbol(contract)} {'(Weeklys) ' if weekly else ''}{_date(contract.expiry)}"


def _date(date: dt.date) -> str:
    return f"{date.day} {MONTHS[date.month - 1]} {date:%y}"

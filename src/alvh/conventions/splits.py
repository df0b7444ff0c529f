"""Share splits of the volatility funds VXX, UVXY and SVXY: date, ratio, source. A committed table of facts.

How the table was checked (`verified`): the date and the ratio stand in the issuer's own filing or press release, or in
two independent places; and the product of the ratios between two days equals the ratio of the split-adjusted close to
the price as traded on those days, within a per cent:

- VXX: 100.00 at the open of 2009-01-30 became 6.55 million today (65,536 = eight times 1:4); 8.65 on 2012-10-04
  (etftrends.com, 2012-10), 12.85 on 2013-10-25, 11.55 on 2017-08-09 and 10.29 on 2024-07-09 (closing indicative
  values in the press releases), 28.95 on 2016-12-01 and 21.13 on 2026-07-10 (spot in option chains).
- UVXY: 40 at the start of October 2011 became 5e11; 5.80 on 2013-05-28 (etf.com, 2013-05-29), 5.70 on 2012-08-30.
- SVXY: the split column of a vendor file (Alpha Vantage, 2011 .. 2021) names the first four dates and ratios; a series
  that is not adjusted halves on 2024-04-11.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Split:
    """One split of a fund's shares.

    Attributes
    ----------
    symbol : str
        The fund's ticker.
    date : datetime.date
        First session that trades at the price after the split.
    old_shares, new_shares : int
        `old_shares` held before become `new_shares`: 4 and 1 for a reverse split of 1:4.
    source : str
        Where the date and the ratio stand.
    verified : bool
        Whether the row passed the check described at the top of the module.
    """

    symbol: str
    date: dt.date
    old_shares: int
    new_shares: int
    source: str
    verified: bool

    @property
    def price_factor(self) -> float:
        """What the split alone does to the price of a share: 4.0 for a reverse split of 1:4, 0.5 for 2:1."""
        return self.old_shares / self.new_shares


# QuantConnect/Lean, Data/equity/usa/factor_files/vxx.csv, lists the last sessions before the first five splits of VXX.
_LEAN = "; QuantConnect Lean factor file vxx.csv"
_10K_2014 = "ProShares Trust II, annual report 2014, schedule of share splits (sec.gov 0001193125-15-073196)"
_10K_2015 = "ProShares Trust II, annual report 2015, schedule of share splits (sec.gov 0001193125-16-485710)"
_10K_2018 = "ProShares Trust II, annual report 2018, schedule of share splits (sec.gov 0001193125-19-060564)"
_10K_2022 = "ProShares Trust II, annual report 2022, schedule of share splits (sec.gov 0001193125-23-054105)"
_8K_2024 = "ProShares Trust II, press release of 2024-03-20 (8-K, sec.gov 0001193125-24-072839) and annual report 2024"

SPLITS: tuple[Split, ...] = (
    Split("VXX", dt.date(2010, 11, 9), 4, 1, "Barclays, October 2010 (etfexpress.com, 2010-10-27)" + _LEAN, True),
    Split("VXX", dt.date(2012, 10, 5), 4, 1, "Barclays, 2012-09-21 (thestreet.com 11715257)" + _LEAN, True),
    Split("VXX", dt.date(2013, 11, 8), 4, 1, "Barclays, 2013-10-25 (stockhouse.com)" + _LEAN, True),
    Split("VXX", dt.date(2016, 8, 9), 4, 1, "sixfigureinvesting.com, history of VXX reverse splits" + _LEAN, True),
    Split("VXX", dt.date(2017, 8, 23), 4, 1, "Barclays, 2017-08-09 (stockhouse.com)" + _LEAN, True),
    # Series B from here on; it took the ticker over when series A matured in January 2019.
    Split("VXX", dt.date(2021, 4, 23), 4, 1, "tactiletrade.com; a notice of Cash App Investing", True),
    Split("VXX", dt.date(2023, 3, 7), 4, 1, "Barclays, press release of February 2023 (stocktitan.net)", True),
    Split("VXX", dt.date(2024, 7, 24), 4, 1, "Barclays, press release of 2024-07-10 (businesswire)", True),
    Split("UVXY", dt.date(2012, 3, 8), 6, 1, _10K_2014, True),
    Split("UVXY", dt.date(2012, 9, 7), 10, 1, _10K_2014, True),
    Split("UVXY", dt.date(2013, 6, 10), 10, 1, _10K_2014, True),
    Split("UVXY", dt.date(2014, 1, 24), 4, 1, _10K_2014, True),
    Split("UVXY", dt.date(2015, 5, 20), 5, 1, _10K_2015, True),
    Split("UVXY", dt.date(2016, 7, 25), 5, 1, _10K_2018, True),
    Split("UVXY", dt.date(2017, 1, 12), 5, 1, _10K_2018, True),
    Split("UVXY", dt.date(2017, 7, 17), 4, 1, _10K_2018, True),
    Split("UVXY", dt.date(2018, 9, 18), 5, 1, _10K_2018, True),
    Split("UVXY", dt.date(2021, 5, 26), 10, 1, _10K_2022, True),
    Split("UVXY", dt.date(2023, 6, 23), 10, 1, "ProShares, press release of 2023-06-07", True),
    # The filing names the date; the ratio is the one that the prices of 2013 and 2026 leave for it.
    Split("UVXY", dt.date(2024, 4, 11), 5, 1, _8K_2024, True),
    Split("UVXY", dt.date(2025, 11, 20), 5, 1, "ProShares Trust II, 10-Q of 2025-09-30, note 8", True),
    Split("SVXY", dt.date(2012, 10, 5), 1, 2, _10K_2014, True),
    Split("SVXY", dt.date(2014, 1, 24), 1, 2, _10K_2014, True),
    Split("SVXY", dt.date(2017, 7, 17), 1, 2, _10K_2018, True),
    Split("SVXY", dt.date(2018, 9, 18), 4, 1, _10K_2018, True),
    Split("SVXY", dt.date(2024, 4, 11), 1, 2, _8K_2024, True),
)
"""Every split to July 2026, by fund and date."""


def splits_of(symbol: str) -> tuple[Split, ...]:
    """Return the splits of a fund in date order; empty for what is not in the table."""
    return tuple(split for split in SPLITS if split.symbol == symbol)


def price_factor(symbol: str, session: dt.date, basis: dt.date) -> float:
    """Return what a price traded on `session` is multiplied by to read on the share basis of `basis`.

    Parameters
    ----------
    symbol : str
        The fund's ticker; 1.0 for what never split.
    session : datetime.date
        The day of the price. A split counts when its first session lies after it.
    basis : datetime.date
        The day whose shares the price shall be quoted in, on or after `session`: usually the last day of a
        split-adjusted series. The price as traded is the adjusted price divided by this factor.

    Raises
    ------
    ValueError
        When `basis` lies before `session`.
    """
    if basis < session:
        raise ValueError(f"the basis {basis} lies before the session {session}")
    return math.prod(split.price_factor for split in splits_of(symbol) if session < split.date <= basis)

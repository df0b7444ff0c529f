"""United States federal income tax on what this account trades: character of gains, rates, carried losses.

What the law says, as far as it is used. Section numbers are of the Internal Revenue Code (26 U.S.C.); the IRS explains
them in Publication 550 ("Investment Income and Expenses", chapter 4, "Section 1256 Contracts Marked to Market") and in
the instructions to Form 6781 and Schedule D.

- Section 1256(a), (b), (g)(3): a regulated futures contract and a nonequity option (an option listed on a qualified
  board that is not on a single stock or a narrow index: SPX, SPXW, XSP, VIX) are treated as sold at fair market value
  on the last business day of the year; 60 % of the gain or loss is long-term and 40 % short-term, however long held.
- Section 1222: any other capital gain is long-term when held more than one year, else short-term, and counts when it
  is realised. Section 1234(b): the gain of who has written an option is short-term.
- Section 1212(b): losses beyond gains are carried forward without end and keep their character; section 1211(b): up to
  3,000 USD of them a year come off ordinary income.
- Section 1212(c): an individual may elect to carry a net section 1256 loss back three years against section 1256
  gains. Not modelled: an election, and it brings money sooner; without it the tax here is too high, never too low.
- Interest of Treasury bills is ordinary income (section 61(a)(4)), free of state tax (31 U.S.C. 3124).

Not modelled: state and city tax, the limits on straddles (section 1092) and wash sales (section 1091, which section
1256 contracts are exempt from), brackets below the top one, and what the taxpayer earns elsewhere.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from alvh.conventions.roots import root_spec

LONG_SHARE_1256: Final = 0.60
"""Section 1256(a)(3): 60 % of a gain or loss is long-term."""
ORDINARY_OFFSET_USD: Final = 3_000.0
"""Section 1211(b)(1): capital losses that come off ordinary income in one year; 1,500 when married filing apart."""
LONG_TERM_DAYS: Final = 365
"""Section 1222(3): long-term is held for more than a year. A leap year's extra day is not looked at."""


class TaxRates(NamedTuple):
    """Rates of the taxpayer, decimals of a gain.

    `short_term` and `ordinary` are the rate on short-term gains and on interest, `long_term` that on long-term gains,
    `net_investment` comes on top of each of them.
    """

    short_term: float
    long_term: float
    ordinary: float
    net_investment: float = 0.0

    @property
    def blended_1256(self) -> float:
        """What a section 1256 gain is taxed at, decimal: 60 % long-term, 40 % short-term, plus `net_investment`."""
        mixed = LONG_SHARE_1256 * self.long_term + (1.0 - LONG_SHARE_1256) * self.short_term
        return mixed + self.net_investment


TOP_FEDERAL: Final = TaxRates(short_term=0.37, long_term=0.20, ordinary=0.37, net_investment=0.038)
"""The top federal bracket since 2018: 37 % (section 1(j)(2)), 20 % on long-term gains (section 1(h)(1)(D)), and the
3.8 % net investment income tax (section 1411), which whoever is in that bracket owes on all of it. Section 1256 gains
come to 30.6 %, interest to 40.8 %."""

TOP_FEDERAL_WITHOUT_NIIT: Final = TOP_FEDERAL._replace(net_investment=0.0)
"""The same without the net investment income tax: 26.8 % on section 1256 gains, the figure that is usually quoted."""


def is_section_1256(root: str) -> bool:
    """Whether contracts of `root` are section 1256 contracts: options on the S&P 500 and VIX, and VX futures.

    Options on volatility funds (VXX, UVXY) and shares of funds are not taken for them. Whether an option on a fund that
    is a commodity pool is one is disputed; here it is taxed as an equity option, the dearer reading.

    Raises
    ------
    KeyError
        For a root nobody told us about.
    """
    spec = root_spec(root)
    return spec.kind != "fund" and spec.underlying in ("SPX", "VIX")


__all__ = [
    "LONG_SHARE_1256",
    "LONG_TERM_DAYS",
    "ORDINARY_OFFSET_USD",
    "TOP_FEDERAL",
    "TOP_FEDERAL_WITHOUT_NIIT",
    "TaxRates",
    "is_section_1256",
]

"""What a root is: its underlying, multiplier, tick, exercise and settlement. Facts the exchanges decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from alvh.conventions.splits import splits_of

Kind: TypeAlias = Literal["option", "future", "fund"]
Settlement: TypeAlias = Literal["AM", "PM", "none"]
Exercise: TypeAlias = Literal["european", "american", ""]


@dataclass(frozen=True, slots=True)
class RootSpec:
    """The contract specification of one root.

    Attributes
    ----------
    root : str
        Option or future root, or a fund's ticker.
    underlying : str
        What final settlement is computed from.
    kind : {"option", "future", "fund"}
    settlement : {"AM", "PM", "none"}
        How the root settles today; `alvh.conventions.expiries.settlement_of` knows the eras before. ``none`` is for
        funds, which never expire.
    exercise : {"european", "american", ""}
        Empty for what is not an option.
    multiplier : int
        USD a point (options, futures) or a share (funds).
    tick_below_3, tick_from_3 : float
        Smallest price step in points below 3.00 and from 3.00 on; equal where the root has one tick.
    assumed : bool
        True where a figure comes from memory rather than from a page we read.
    """

    root: str
    underlying: str
    kind: Kind
    settlement: Settlement
    exercise: Exercise
    multiplier: int
    tick_below_3: float
    tick_from_3: float
    assumed: bool = False

    def tick(self, price_points: float) -> float:
        """Return the smallest price step at `price_points`, in points."""
        return self.tick_below_3 if price_points < 3.0 else self.tick_from_3


_ROWS = (
    # Cboe, S&P 500 Index Options product specification (cboe.com/products/indexopts/spx_spec.aspx): 100 USD, European,
    # 0.05 below 3.00 and 0.10 above.
    RootSpec("SPX", "SPX", "option", "AM", "european", 100, 0.05, 0.10),
    RootSpec("SPXW", "SPX", "option", "PM", "european", 100, 0.05, 0.10),
    # Cboe, Mini-SPX (XSP) specification: one tenth of SPX, PM-settled, one-cent steps in all series; the quote table of
    # 2023-09-14 shows cents above 3.00. (The specification of 2007 had the steps of SPX.)
    RootSpec("XSP", "SPX", "option", "PM", "european", 100, 0.01, 0.01),
    # Cboe, VIX option specification (copy at qhlt.cn/thread-14233-1-2.html): 100 USD, European, settled to VRO.
    RootSpec("VIX", "VIX", "option", "AM", "european", 100, 0.05, 0.10),
    RootSpec("VIXW", "VIX", "option", "AM", "european", 100, 0.05, 0.10),
    # CFE, VX contract specification (cboe.com/tradable_products/vix/vix_futures/specifications): 1000 USD, 0.05.
    RootSpec("VX", "VIX", "future", "AM", "", 1000, 0.05, 0.05),
    # CFE, Mini VIX (VXM) contract specification (copy at moomoo.com/stock/VXMMAIN-US/contract-specs): 100 USD, 0.01.
    RootSpec("VXM", "VIX", "future", "AM", "", 100, 0.01, 0.01),
    # SEC regulation NMS rule 612: one cent for shares quoted at 1.00 or more.
    RootSpec("SPY", "SPY", "fund", "none", "", 1, 0.01, 0.01),
    RootSpec("VXX", "VXX", "fund", "none", "", 1, 0.01, 0.01),
    RootSpec("UVXY", "UVXY", "fund", "none", "", 1, 0.01, 0.01),
    RootSpec("SVXY", "SVXY", "fund", "none", "", 1, 0.01, 0.01),
    # The index itself, held as strategy indices hold it: with its dividends reinvested, and without them. Nobody trades
    # it; a unit is one index point times 1 USD.
    RootSpec("SPXTR", "SPX", "fund", "none", "", 1, 0.01, 0.01),
    RootSpec("SPXPR", "SPX", "fund", "none", "", 1, 0.01, 0.01),
)


ETP_FUNDS = ("VXX", "UVXY")
"""Funds whose options can be traded; a root of theirs names its share basis (`alvh.conventions.etp_options`)."""


def etp_root_name(fund: str, basis: int) -> str:
    """Return the root of the options on a fund's shares after `basis` splits: ``VXX4``."""
    return f"{fund}{basis}"


_ETP_ROWS = tuple(
    # Cboe, VXX and VXZ options (cboe.com/micro/vxx, 2010): 100 shares, American, physical, closing price of expiry.
    # Steps of the penny programme, 0.01 below 3.00 and 0.05 above: assumed for every year.
    RootSpec(etp_root_name(fund, basis), fund, "option", "PM", "american", 100, 0.01, 0.05, assumed=True)
    for fund in ETP_FUNDS
    for basis in range(len(splits_of(fund)) + 1)
)

ROOTS: Mapping[str, RootSpec] = MappingProxyType({row.root: row for row in (*_ROWS, *_ETP_ROWS)})
"""Every root we know, by name."""

_SPX_EQUIVALENT = {"SPX": 1.0, "SPXW": 1.0, "XSP": 0.1}


def root_spec(root: str) -> RootSpec:
    """Return the specification of `root`.

    Raises
    ------
    KeyError
        When nobody told us about `root`; the message quotes it and lists what is known.
    """
    try:
        return ROOTS[root]
    except KeyError:
        raise KeyError(f"unknown root {root!r}; known: {', '.join(ROOTS)}") from None


def tick_size(root: str, price_points: float) -> float:
    """Return the smallest price step of one outright contract of `root` at `price_points`, in points."""
    return root_spec(root).tick(price_points)


def spx_equivalent(root: str) -> float:
    """Return how many SPX contracts one contract of `root` stands for: 1 for SPX and SPXW, 0.1 for XSP.

    Raises
    ------
    KeyError
        When `root` is not an option on the S&P 500.
    """
    try:
        return _SPX_EQUIVALENT[root]
    except KeyError:
        raise KeyError(f"{root!r} is not an option on the S&P 500; those are: {', '.join(_SPX_EQUIVALENT)}") from None

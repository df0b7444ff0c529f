"""The iron condor, the first layer: when one is opened, which strikes, and when it is taken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Params, close_order
from alvh.decision.layers.condor_strikes import CondorStrikes, choose_strikes
from alvh.decision.layers.credit_search import by_daily_range
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Campaign, Contract, Holdings, Leg, Missing, Order

SHORT_PUT, LONG_PUT, SHORT_CALL, LONG_CALL = range(4)
TINY_USD = 1e-6
"""What the rounding of the machine may make of a profit that is exactly at a threshold."""


class CondorParams(Params):
    """Parameters of the condor layer (defaults: the profile `swing` of `concepts.md`, section 2).

    Attributes
    ----------
    underlying : {"SPX", "XSP"}
    entry : {"daily", "weekly", "monthly"}
        A condor is opened on the first session of each period; where that has no data, on the next one that has.
    dte_min, dte_max, dte_target : int
        Days to expiry; the listed expiry nearest the target inside the window is taken. One that is due for exit on the
        day of its entry is left out.
    dte_in : {"calendar", "sessions"}
        What days are counted in: the next session's expiry is 1 session away on a Friday too.
    shorts : {"delta", "sd", "credit", "edr_credit", "width_points", "width_percent"}
        How short strikes are chosen; `short` is the delta, the number of standard deviations, the credit in points
        (``edr_credit``: sought from `edr_multiple` expected daily ranges outwards and inwards, the less skewed wing
        first), or the distance from spot in points or percent.
    short : float
    edr_multiple : float
        Where the search for a credit begins, in expected daily ranges from spot.
    credit_tolerance_points : float
        How near the credit has to come.
    max_short_delta : float
        The search brings no short nearer the money than this delta.
    vendor_delta : bool
        Choose by the vendor's delta instead of Black's at the strike's own volatility (market quotes only).
    wing_percent : float
        Width of each wing in percent of spot, on the strike grid, so that 2007 and 2026 compare.
    wing_points : float or None
        Width in points instead.
    max_width_ratio : float
        A condor whose realised width is 0 or exceeds this multiple of its target is refused.
    profit_take : float or None
        Close when this share of the credit can be kept at mid.
    stop_loss : float or None
        Close when the loss at mid reaches this multiple of the credit.
    exit_dte : int or None
        Close when so few calendar days are left; None holds to settlement.
    exit_on : {"at_or_below", "nearest"}
        Close on the first session at or below `exit_dte`, or on the session nearest it.
    min_credit_points : float
        A smaller credit is not worth the trade.
    max_lots : int
        At most so many per entry; the sizing rule lowers it, and a policy without that rule has to say it.
    finish_in_data : bool
        Refuse an entry whose exit lies beyond the data (the peers' benchmark).
    retry_sessions : int
        An entry that came to nothing, put off by a rule or not filled, is tried again on so many following sessions.
    """

    underlying: Literal["SPX", "XSP"] = "SPX"
    entry: Literal["daily", "weekly", "monthly"] = "weekly"
    dte_min: int = Field(30, ge=0, le=730)
    dte_max: int = Field(60, ge=0, le=730)
    dte_target: int = Field(45, ge=0, le=730)
    dte_in: Literal["calendar", "sessions"] = "calendar"
    shorts: Literal["delta", "sd", "credit", "edr_credit", "width_points", "width_percent"] = "delta"
    short: float = Field(0.16, gt=0.0)
    edr_multiple: float = Field(1.2, gt=0.0, le=10.0)
    credit_tolerance_points: float = Field(0.05, gt=0.0)
    max_short_delta: float = Field(0.18, gt=0.0, lt=0.5)
    vendor_delta: bool = False
    wing_percent: float = Field(1.0, gt=0.0, le=50.0)
    wing_points: float | None = Field(None, gt=0.0)
    max_width_ratio: float = Field(1.25, ge=1.0)
    profit_take: float | None = Field(0.5, gt=0.0, le=1.0)
    stop_loss: float | None = Field(2.0, gt=0.0)
    exit_dte: int | None = Field(21, ge=0)
    exit_on: Literal["at_or_below", "nearest"] = "at_or_below"
    min_credit_points: float = Field(0.0, ge=0.0)
    max_lots: int = Field(10_000, ge=1)
    finish_in_data: bool = False
    retry_sessions: int = Field(0, ge=0, le=20)

    @model_validator(mode="after")
    def _possible(self) -> CondorParams:
        if self.dte_min > self.dte_max:
            raise ValueError(f"dte_min = {self.dte_min} is above dte_max = {self.dte_max}")
        if self.exit_dte is not None and self.exit_dte >= self.dte_max:
            raise ValueError(
                f"exit_dte = {self.exit_dte} is not below dte_max = {self.dte_max}: every condor would be due at once"
            )
        if self.dte_in == "sessions" and self.exit_dte is not None:
            raise ValueError('exit_dte counts calendar days: with dte_in = "sessions" it can only be "none"')
        if self.shorts == "delta" and self.short >= 0.5:
            raise ValueError(f"short = {self.short:g} is no delta of a short: it lies between 0 and 0.5")
        if self.shorts == "width_percent" and self.short >= 100.0:
            raise ValueError(f"short = {self.short:g} % below spot is no strike")
        return self


class Condor:
    """Sells an iron condor at each entry date and manages each until it is closed or settles."""

    hedge: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    Params = CondorParams

    def __init__(self, name: str, params: CondorParams) -> None:
        self.name = name
        self.params = params

    @property
    def rules(self) -> tuple[str, ...]:
        """The sizing rule, unless the policy says itself how many lots an entry has."""
        return () if "max_lots" in self.params.model_fields_set else ("sizing",)

    @property
    def underlying(self) -> str:
        """``SPX`` or ``XSP``."""
        return self.params.underlying

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose closes of condors that are due, then an entry where today is an entry date."""
        for campaign in book.campaigns(self.name):
            reason = self.exit_reason(view, campaign)
            if reason:
                draft.orders.append(close_order(campaign, reason))
        if self.entry_due(view) or self.retry_due(view, book):
            self._enter(view, readings, draft)

    def entry_due(self, view: View, at: int | None = None) -> bool:
        """Whether today (or session `at`) is the first of its period on which the underlying could be traded.

        Sessions before the data begin are no holes in them: a run that starts in mid-week waits for the next week.
        """
        p = self.params
        first = i = view.i if at is None else at
        while not entry_today(view.calendar, i, p.entry):
            i -= 1
            if view.traded(p.underlying, i):
                return False
        return i == first or any(view.traded(p.underlying, before) for before in reversed(range(i)))

    def retry_due(self, view: View, book: Holdings) -> bool:
        """Whether the latest entry date is at most `retry_sessions` back and nothing has been opened since.

        The opening credits tell it, so that a condor that was opened and closed again is not opened twice. A fill of
        the entry date itself counts: it is this entry's where orders are filled on the close that decides.
        """
        for i in range(view.i - 1, max(-1, view.i - 1 - self.params.retry_sessions), -1):
            if self.entry_due(view, i):
                return book.credits_cents(self.name, view.calendar[i] - dt.timedelta(1)) == 0
        return False

    def exit_reason(self, view: View, campaign: Campaign) -> str:
        """Return why a condor is to be closed at this view, or nothing.

        One that was filled for no credit has no share of it to take or to lose: it is held until its exit date.
        """
        p = self.params
        expiry = next(iter(campaign.positions)).expiry
        days = (expiry - view.date).days
        if self._is_due(view, expiry, days):
            return f"{days} days to expiry"
        credit = campaign.cash_cents / 100.0
        if credit <= 0.0 or (p.profit_take is None and p.stop_loss is None):
            return ""
        value = 0.0
        for contract, position in campaign.positions.items():
            value += position.quantity * view.mark(contract)
        multiplier = conventions.root_spec(next(iter(campaign.positions)).root).multiplier
        profit = value * multiplier + credit
        if p.profit_take is not None and profit >= p.profit_take * credit - TINY_USD:
            return f"profit take at {p.profit_take:.0%} of the credit"
        if p.stop_loss is not None and profit <= -p.stop_loss * credit + TINY_USD:
            return f"stop at {p.stop_loss:g} x the credit"
        return ""

    def _is_due(self, view: View, expiry: dt.date, days: int) -> bool:
        """Whether today is the exit session; the calendar, not the price, decides."""
        exit_dte = self.params.exit_dte
        if exit_dte is None:
            return False
        if self.params.exit_on == "at_or_below":
            return days <= exit_dte
        # The day after the last one of the data is known too: the exchange publishes its calendar.
        last = view.i + 1 >= len(view.calendar)
        following = conventions.next_session(view.date) if last else view.calendar[view.i + 1]
        if following > expiry:
            return True
        return abs(days - exit_dte) <= abs((expiry - following).days - exit_dte)

    def _enter(self, view: View, readings: Readings, draft: Draft) -> None:
        """Propose a new condor in the expiry nearest the target that gives one, or record why none does."""
        p = self.params
        candidates = self.candidates(view)
        if not candidates:
            unit = "sessions" if p.dte_in == "sessions" else "days"
            draft.skip(self.name, f"no {p.underlying} expiry {self.least_days}-{p.dte_max} {unit} out")
            return
        refusals: list[str] = []
        for series in candidates:
            if p.finish_in_data and series.expiry - dt.timedelta(p.exit_dte or 0) > view.calendar[-1]:
                refusals.append(f"{series.expiry}: the exit lies beyond the data")
                break
            made = self._order(view, readings, series)
            if isinstance(made, Order):
                draft.orders.append(made)
                return
            refusals.append(f"{series.expiry}: {made.why}")
        draft.skip(self.name, "; ".join(refusals[:3]))

    def candidates(self, view: View) -> list[Series]:
        """Return the listed expiries of the window, the one nearest the target first (the nearer one of two)."""
        p = self.params
        listed = view.series(p.underlying)
        if p.dte_in == "calendar":
            away = {s: s.days for s in listed}
        else:
            # A session is a calendar day at least: what is further away in days is not asked for its sessions.
            near = [s for s in listed if s.days <= 2 * p.dte_max + 5]
            away = {s: view.sessions_until(s.expiry) for s in near}
        inside = [s for s, days in away.items() if self.least_days <= days <= p.dte_max]
        return sorted(inside, key=lambda s: (abs(away[s] - p.dte_target), s.days, s.root))

    @property
    def least_days(self) -> int:
        """Days to expiry that an entry has at least: more than the exit allows."""
        p = self.params
        return p.dte_min if p.exit_dte is None else max(p.dte_min, p.exit_dte + 1)

    def _order(self, view: View, readings: Readings, series: Series) -> Order | Missing:
        """Return the opening order in one expiry, or why there is none."""
        p = self.params
        if p.shorts == "edr_credit":
            away = view.spot(p.underlying) * readings.value("edr") / 100.0 * p.edr_multiple
            strikes = by_daily_range(view, series, p, away)
        else:
            strikes = choose_strikes(view, series, p)
        if isinstance(strikes, Missing):
            return strikes
        legs = condor_legs(series, strikes)
        mids = []
        for leg in legs:
            quote = view.quote(leg.contract)
            if isinstance(quote, Missing):
                return quote
            mids.append(quote.mid)
        credit = mids[SHORT_PUT] - mids[LONG_PUT] + mids[SHORT_CALL] - mids[LONG_CALL]
        if not credit > p.min_credit_points:
            return Missing(f"the credit of {credit:.2f} is not above {p.min_credit_points:.2f}")
        width = max(strikes.short_put - strikes.long_put, strikes.long_call - strikes.short_call)
        multiplier = conventions.root_spec(series.root).multiplier
        if credit >= width:
            return Missing(f"the credit of {credit:.2f} is not below the width of {width:g}")
        return Order(
            layer=self.name,
            campaign=f"{self.name}@{view.date}",
            kind="open",
            legs=legs,
            lots=p.max_lots,
            reason=f"{p.entry} entry: {series.days} days, shorts by {p.shorts} {p.short:g}",
            max_loss_usd_per_lot=(width - credit) * multiplier,
            premium_usd_per_lot=credit * multiplier,
            # What was worth selling tonight may not be tomorrow: nobody pays to sell a condor.
            limit_usd=p.min_credit_points * multiplier * p.max_lots,
        )


def condor_legs(series: Series, strikes: CondorStrikes) -> tuple[Leg, ...]:
    """Return the four legs of one condor, in the order SHORT_PUT, LONG_PUT, SHORT_CALL, LONG_CALL."""
    root, expiry = series.root, series.expiry
    return (
        Leg(Contract(root, expiry, strikes.short_put, "P"), -1),
        Leg(Contract(root, expiry, strikes.long_put, "P"), 1),
        Leg(Contract(root, expiry, strikes.short_call, "C"), -1),
        Leg(Contract(root, expiry, strikes.long_call, "C"), 1),
    )


def entry_today(calendar: Sequence[dt.date], i: int, entry: Literal["daily", "weekly", "monthly"]) -> bool:
    """Whether session `i` is the first of its ISO week or calendar month (daily: always)."""
    if entry == "daily" or i == 0:
        return True
    today, before = calendar[i], calendar[i - 1]
    if entry == "weekly":
        return (today - before).days >= 7 or today.weekday() < before.weekday()
    return (today.year, today.month) != (before.year, before.month)


LAYER = Condor

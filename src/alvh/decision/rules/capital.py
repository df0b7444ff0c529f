"""Capital: nothing is added to a book whose expected return on what it ties up lies below its hurdle.

`concepts.md` section 1 (WACC; IRR; CAPM hurdle; Treasury-SOFR differential) and `decisions.md`: hurdle = WACC +
max(0, SOFR - bill) + 3 %. The return is the modified IRR expected over one shared, seeded set of scenarios of 63
sessions, never the annualised win of one trade. Judged at month ends, on adjustment days, and on every day on which a
condor is proposed, so that no verdict has to be remembered between two closes. Our choice.
"""

from __future__ import annotations

import bisect
import datetime as dt
import math
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from alvh import conventions
from alvh.decision.book_after import Units, before_and_after, capital_usd, traded_usd
from alvh.decision.draft import Draft, OnUnknown, Params
from alvh.decision.scenario_book import Priced, priced, scenario_pnl
from alvh.diagnosis.diagnose import Readings
from alvh.market.history import History
from alvh.market.observe import View
from alvh.maths.bootstrap import draw_blocks
from alvh.maths.capital import SESSIONS_A_YEAR, capm, hurdle, irr_error, modified_irr, return_on_peak, slope, wacc
from alvh.values import Contract, Floats, Holdings, Missing, Quote, Remark


class CapitalParams(Params):
    """What capital costs, and how scenarios are drawn.

    Attributes
    ----------
    over : float
        What the expected return must exceed WACC and the differential by, decimal a year.
    equity_premium : float
        ERP of the CAPM, decimal a year.
    debit_spread : float
        What a debit balance costs above SOFR, decimal a year.
    beta_sessions, beta_least : int
        Sessions of daily profit and loss behind beta, and how many are needed.
    paths, horizon, mean_block, seed
        Scenarios, their sessions, the mean length of a block, and the seed of them all.
    decay : float or None
        Past moves are brought to today's volatility by an exponentially weighted variance with it (the monthly decay of
        RiskMetrics, 1996); None takes them as they were: a calm market then moves more on the paths than in its option
        prices, and a panic less.
    history_least : int
        Sessions of SPX, VX and VVIX together that scenarios need.
    cost_share : float
        Share of the half-spread charged on what would be traded.
    on_entries : bool
        Whether days on which a condor is proposed are days of judgement; false leaves month ends and adjustments.
    acts : bool
        Whether a return below the hurdle refuses new condors; false only shows it.
    caps_hedges : bool
        Whether hedges may then not grow either. They are no income, so they may by default.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors while beta, rates or scenarios are missing.
    """

    over: float = Field(0.03, ge=0.0)
    equity_premium: float = Field(0.05, ge=0.0)
    debit_spread: float = Field(0.015, ge=0.0)
    beta_sessions: int = Field(252, ge=2)
    beta_least: int = Field(63, ge=2)
    paths: int = Field(5000, ge=2)
    horizon: int = Field(63, ge=1)
    mean_block: float = Field(15.0, ge=1.0)
    seed: int = Field(442, ge=0)
    decay: float | None = Field(0.97, gt=0.0, lt=1.0)
    history_least: int = Field(252, ge=2)
    cost_share: float = Field(0.5, ge=0.0)
    on_entries: bool = True
    acts: bool = True
    caps_hedges: bool = False
    on_unknown: OnUnknown = "pass"


class Cost(NamedTuple):
    """What capital costs today: the CAPM's parts, and equity and cash of the account, USD."""

    bill: float
    sofr: float
    spread: float
    beta: float
    equity_usd: float
    cash_usd: float


class Return(NamedTuple):
    """What a book is expected to return on its capital, a year: NaN where it ties nothing up."""

    capital_usd: float
    irr: float
    error: float


class Capital:
    """Refuses additions that lower the return on capital below what capital costs."""

    needs: ClassVar[tuple[str, ...]] = ("bill_3m", "sofr", "sofr_bill_spread", "VIX", "VVIX")
    after: ClassVar[tuple[str, ...]] = ("sizing",)
    Params = CapitalParams

    def __init__(self, name: str, params: CapitalParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when capital cannot be judged."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Judge the book before and after the draft where today is a day for it, and refuse what does not pay."""
        when = occasion(view, draft, on_entries=self.params.on_entries)
        if not when:
            draft.say(self.name, "no day to judge capital on: neither a month end nor an adjustment, nor a new condor")
            return
        before, after = before_and_after(book, draft)
        mids = prices(view, {**before.total(), **after.total()})
        made = self._returns(view, readings, draft, (before, after), mids)
        beta = self._beta(view, book)
        lacking = [x.why for x in (made, beta) if isinstance(x, Missing)]
        if isinstance(made, Missing) or isinstance(beta, Missing):
            draft.unknown(self.name, [f"verdict ({why})" for why in lacking], self.on_unknown)
            return
        cost = Cost(
            readings.value("bill_3m"),
            readings.value("sofr"),
            readings.value("sofr_bill_spread"),
            beta,
            book.equity_cents(view) / 100.0,
            cash_usd(view, book, before, mids),
        )
        self._judge(when, cost, made, cost.cash_usd - spent_usd(before, after, mids), book, draft)

    def _beta(self, view: View, book: Holdings) -> float | Missing:
        """Return the slope of the account's daily returns on those of SPX."""
        dates, equity = book.equity_path()
        n = self.params.beta_sessions + 1
        at = positions(view.calendar, dates[-n:])
        level = view.known(("column", "SPX"), spx_level)[at]
        money = np.asarray(equity[-n:], dtype=np.float64)
        return slope(np.diff(money) / money[:-1], np.diff(level) / level[:-1], self.params.beta_least)

    def _returns(
        self, view: View, readings: Readings, draft: Draft, books: tuple[Units, Units], mids: dict[Contract, float]
    ) -> tuple[Return, Return] | Missing:
        """Return what the book returns before and after the draft, on the same scenarios."""
        p = self.params
        held = [units.total() for units in books]
        contracts = [c for c in held[1] if held[0].get(c, 0.0) or held[1][c]]
        legs: list[Priced] = []
        for contract in contracts:
            leg = priced(view, contract, mids[contract], readings.value("bill_3m"), readings.value("VVIX"), p.horizon)
            if isinstance(leg, Missing):
                return leg
            legs.append(leg)
        pnl: Floats | Missing = np.zeros((p.paths, 2))
        if legs:
            units = np.array([[h.get(c, 0.0) for h in held] for c in contracts])
            blocks = draw_blocks(p.seed, p.paths, p.horizon, p.mean_block)
            pnl = scenario_pnl(view, legs, units, blocks, p.horizon, p.history_least, p.decay)
        if isinstance(pnl, Missing):
            return pnl
        paid = (0.0, traded_usd(held[0], held[1], draft, p.cost_share))
        bill, vix = readings.value("bill_3m"), readings.value("VIX")
        ties = [capital_usd(units, draft.hedges, mids, vix) for units in books]
        before, after = (self._return(ties[k], pnl[:, k], paid[k], bill) for k in (0, 1))
        return before, after

    def _return(self, capital: float, pnl: Floats, paid: float, bill: float) -> Return:
        """Return the expected modified IRR: capital earns the bill, and the legs gain beside it what they gain."""
        years = self.params.horizon / SESSIONS_A_YEAR
        wealth = capital * (1.0 + bill * years) + float(pnl.mean()) - paid
        error = float(pnl.std(ddof=1)) / math.sqrt(len(pnl))
        return Return(capital, modified_irr(capital, wealth, years), irr_error(capital, wealth, error, years))

    def _judge(
        self,
        when: str,
        cost: Cost,
        made: tuple[Return, Return],
        cash_after_usd: float,
        book: Holdings,
        draft: Draft,
    ) -> None:
        """Compare the return after the draft with the hurdle, note and say all of it, and act."""
        p, (before, after) = self.params, made
        equity = capm(cost.bill, cost.beta, p.equity_premium)
        costs = [
            wacc(cost.equity_usd, max(0.0, -cash), equity, cost.sofr + p.debit_spread)
            for cash in (cost.cash_usd, cash_after_usd)
        ]
        over = hurdle(costs[1], cost.spread, p.over)
        peak = self._peak(book)
        notes = {
            "wacc_before": costs[0],
            "wacc_after": costs[1],
            "irr_before": before.irr,
            "irr_after": after.irr,
            "irr_error": after.error,
            "hurdle": over,
            "beta": cost.beta,
            "sofr_bill": cost.spread,
            "return_on_peak_margin": peak,
            "capital_usd": after.capital_usd,
            "paths": float(p.paths),
        }
        draft.notes.update({f"{self.name}.{key}": x for key, x in notes.items() if math.isfinite(x)})
        if not math.isfinite(after.irr):
            draft.say(self.name, f"{when}: nothing ties up capital; the hurdle is {{hurdle:.1%}} a year", hurdle=over)
            return
        if not math.isfinite(over):
            draft.unknown(self.name, ["hurdle (no equity is left)"], self.on_unknown)
            return
        fails = after.irr < over
        was = "" if math.isnan(before.irr) else " (before: {irr_before:.1%}, WACC {wacc_before:.1%})"
        made_of = "WACC {wacc_after:.1%}, beta {beta:.2f}, SOFR - bill {sofr_bill:+.2%}"
        said = (
            f"{when}: expected return {{irr_after:.1%}} +/- {{irr_error:.1%}} a year on {{capital_usd:,.0f}} USD{was}, "
            f"{'below' if fails else 'not below'} the hurdle of {{hurdle:.1%}} ({made_of})"
        )
        draft.remarks.append(Remark(self.name, "", said, notes))
        if math.isfinite(peak):
            draft.say(self.name, "earned on peak margin over the last year: {peak:.1%} a year", peak=peak)
        self._act(fails=fails, irr=after.irr, over=over, draft=draft)

    def _act(self, *, fails: bool, irr: float, over: float, draft: Draft) -> None:
        """Refuse additions below the hurdle, where the policy wants it, and name what was not done."""
        p = self.params
        if not fails:
            if draft.entries():
                draft.say(self.name, "refuse the new condors: not done, the hurdle is met", rejected=True)
            return
        if not p.acts:
            draft.say(self.name, "refuse the new condors: not done, the policy only shows capital", rejected=True)
            return
        why = f"an expected {irr:.1%} a year on capital, the hurdle is {over:.1%}"
        if draft.refuse_entries(self.name, why):
            draft.say(
                self.name,
                "add the new condors all the same: not done, they would not earn their capital",
                rejected=True,
            )
        if p.caps_hedges:
            for layer in draft.hedges:
                draft.capped.setdefault(layer, f"{self.name}: {why}")

    def _peak(self, book: Holdings) -> float:
        """Return what the last year earned on the largest margin it used, a year; NaN where it used none."""
        n = self.params.beta_sessions + 1
        equity, margins = book.equity_path()[1][-n:], book.margin_path()[-n:]
        if len(equity) < 2:
            return math.nan
        return return_on_peak((equity[-1] - equity[0]) / 100.0, len(equity) - 1, max(margins) / 100.0)


def occasion(view: View, draft: Draft, *, on_entries: bool) -> str:
    """Return why capital is judged today, or nothing: an addition, an adjustment, or a month end."""
    if on_entries and draft.entries():
        return "new condors"
    moved = any(o.kind in ("adjust", "roll") and o.layer in draft.condors for o in draft.orders)
    if moved or draft.notes.get("protocol.adjusting"):
        return "adjustment"
    return "month end" if conventions.next_session(view.date).month != view.date.month else ""


def positions(calendar: Sequence[dt.date], dates: Sequence[dt.date]) -> list[int]:
    """Return where some sessions, oldest first, stand in the calendar."""
    at: list[int] = []
    k = bisect.bisect_left(calendar, dates[0]) if dates else 0
    for date in dates:
        while calendar[k] < date:
            k += 1
        at.append(k)
    return at


def spx_level(history: History) -> Floats:
    """Return SPX over a history."""
    return history.column("SPX")


def prices(view: View, contracts: dict[Contract, float]) -> dict[Contract, float]:
    """Return today's price of some contracts, points: the mid of a quote, or the last mark."""
    out = {}
    for contract in contracts:
        quote = view.quote(contract)
        out[contract] = quote.mid if isinstance(quote, Quote) else view.mark(contract)
    return out


def cash_usd(view: View, book: Holdings, held: Units, mids: dict[Contract, float]) -> float:
    """Return the account's cash, USD: equity less what its options are worth; futures are paid every day."""
    return book.equity_cents(view) / 100.0 - worth_usd(held.total(), mids)


def spent_usd(before: Units, after: Units, mids: dict[Contract, float]) -> float:
    """Return what turning one book into the other costs at mid, USD; negative where it brings cash."""
    return worth_usd(after.total(), mids) - worth_usd(before.total(), mids)


def worth_usd(units: dict[Contract, float], mids: dict[Contract, float]) -> float:
    """Return what some options are worth, USD; futures are worth nothing once paid."""
    return sum(n * mids[c] * conventions.root_spec(c.root).multiplier for c, n in units.items() if n and c.right)


RULE = Capital

"""Run -> statement: the journal and ledger of a run, as the daily history that evidence measures and reports show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from alvh.accounting.attribution import attribute_legs, by_campaign, by_layer
from alvh.accounting.book import Settlement, is_future, paid_cents, value_cents
from alvh.accounting.ledger import stale_and_modelled
from alvh.accounting.margin import condor_margin_usd
from alvh.accounting.statement import CampaignLine, Coverage, Statement
from alvh.conventions import root_spec, spx_equivalent
from alvh.day import Run
from alvh.decision.rules.sizing import Sizing, SizingParams
from alvh.diagnosis.diagnose import indicators
from alvh.diagnosis.indicators import regime
from alvh.market.history import ASSUMED_DIVIDEND_YIELD, History
from alvh.market.quotes import carried
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.smile_inputs import MAX_AGE_SESSIONS, smile_inputs
from alvh.maths.vx_margin import vx_margin_usd
from alvh.policies.brokers import Broker
from alvh.values import Fill, Floats, Ints

CONTEXT = ("SPX", "VIX", "VVIX", "F1", "F2")
NAV_LADDER_USD = (25_000.0, 100_000.0, 250_000.0, 1_000_000.0)
COVERED = ("SPX", "SPX.open", "SPY.open", "VIX", "VIX9D", "VIX3M", "VIX6M", "VIX1Y", "VVIX", "SKEW")


def account(run: Run, seconds: Mapping[str, float]) -> Statement:
    """Return the statement of a run.

    Parameters
    ----------
    run : Run
    seconds : mapping of str -> float
        ``load`` and ``run``, measured by whoever holds a clock.
    """
    ledger, history = run.ledger, run.history
    window = slice(run.start, run.start + len(run.dates))
    pnl = ledger.pnl_cents()
    legs = attribute_legs(ledger, run.quotes)
    total, modelled, stale = stale_and_modelled(ledger.legs)
    fills = tuple(entry for entry in run.book.journal if isinstance(entry, Fill))
    lines = campaign_lines(run)
    counted = Counter(fill.layer for fill in fills)
    return Statement(
        policy=run.policy.name,
        version=run.policy.version,
        policy_hash=run.policy.digest,
        data_hash=history.content_hash(run.start, run.start + len(run.dates) - 1),
        fill=run.how.fill + timing(run),
        quotes=run.quotes.origin,
        sessions=history.sessions[window],
        nav_start_usd=ledger.start_cents / 100.0,
        equity_usd=ledger.equity_cents() / 100.0,
        layers=ledger.layers,
        hedge_layers=run.policy.hedge_layers,
        layer_pnl_usd={name: pnl[k] / 100.0 for k, name in enumerate(ledger.layers)},
        layer_costs_usd={
            name: (ledger.slippage_cents[k] + ledger.fee_cents[k]) / 100.0 for k, name in enumerate(ledger.layers)
        },
        layer_premium_usd={name: int(ledger.premium_cents[k]) / 100.0 for k, name in enumerate(ledger.layers)},
        layer_trades={name: counted[name] for name in ledger.layers},
        attribution_usd=by_layer(ledger, legs),
        regimes=regimes(history, run.start, len(run.dates)),
        margin_usd=margin_usd(run, lines),
        campaigns=lines,
        fills=fills,
        skips=run.skips,
        coverage=coverage(history, run),
        leg_marks=total,
        modelled_leg_marks=modelled,
        stale_leg_marks=stale,
        tradable=tradable(run),
        market={name: indicators()[name][1].prepare(history, name)[window] for name in CONTEXT},
        seconds=dict(seconds),
        campaign_terms_usd=by_campaign(ledger, legs),
    )


def timing(run: Run) -> str:
    """Return what a run's timing adds to the name of its fill; empty for the next close."""
    if run.policy.timing == "roll":
        return ", roll"
    return ", same_close" if run.how.same_close else ""


def regimes(history: History, start: int, n: int) -> tuple[str, ...]:
    """Return the regime each session began in: the one read at the close before it."""
    codes = regime.prepare(history, "regime")
    before = np.concatenate(([np.nan], codes))[start : start + n]
    return tuple(regime.label(code) for code in before)


def campaign_lines(run: Run) -> tuple[CampaignLine, ...]:
    """Return one line a campaign, in the order they were opened.

    Its P&L is what its journal entries and marks come to; lines of a layer add up to the layer's P&L.
    """
    ledger = run.ledger
    gained = np.zeros(len(ledger.campaigns), dtype=np.int64)
    np.add.at(gained, ledger.days.campaign, ledger.days.gained_cents)
    lines: dict[tuple[str, str], CampaignLine] = {}
    costs: dict[tuple[str, str], int] = {}
    for entry in run.book.journal:
        if isinstance(entry, Fill):
            key = entry.layer, entry.campaign
            costs[key] = costs.get(key, 0) + fill_costs_cents(entry)
            if key not in lines:
                lines[key] = _opened(entry)
            else:
                lines[key] = lines[key]._replace(closed=entry.session, exit=entry.reason)
        elif isinstance(entry, Settlement):
            key = entry.layer, entry.campaign
            costs[key] += entry.fee_cents
            lines[key] = lines[key]._replace(closed=entry.session, exit=f"settled ({entry.proxy})")
    still = {(layer, c.name) for layer in ledger.layers for c in run.book.campaigns(layer) if c.positions}
    out = []
    for k, (key, line) in enumerate(lines.items()):
        if key in still:
            line = line._replace(closed=None, exit="open")  # noqa: PLW2901
        paid = costs.get(key, 0)
        out.append(line._replace(pnl_usd=(int(gained[k]) - paid) / 100.0, costs_usd=paid / 100.0))
    return tuple(out)


def _opened(fill: Fill) -> CampaignLine:
    """Return the line of a campaign as its first fill leaves it."""
    credit = -sum(paid_cents(leg) for leg in fill.legs)
    return CampaignLine(
        fill.layer,
        fill.campaign,
        fill.session,
        None,
        fill.lots,
        credit / 100.0,
        fill.max_loss_cents / 100.0,
        0.0,
        0.0,
        "open",
    )


def fill_costs_cents(fill: Fill) -> int:
    """Return the slippage and fees of a fill, cents."""
    return sum(
        value_cents(leg.contract, leg.quantity, leg.price)
        - value_cents(leg.contract, leg.quantity, leg.mid)
        + leg.fee_cents
        for leg in fill.legs
    )


def margin_usd(run: Run, lines: Sequence[CampaignLine]) -> Floats:
    """Return what a broker holds against the book at each close: condors by Regulation T, futures at initial margin.

    Condors follow the broker's rule for unequal wings; without a broker the wider wing counts and the credit is
    applied: the requirement is the maximum loss.
    """
    held = futures_margin_usd(run)
    at = {date: k for k, date in enumerate(run.dates)}
    broker = run.how.fees if isinstance(run.how.fees, Broker) else None
    opening = {(fill.layer, fill.campaign): fill for fill in reversed(run.book.journal) if isinstance(fill, Fill)}
    for line in lines:
        if line.max_loss_usd:
            stop = at[line.closed] if line.closed is not None else len(run.dates)
            held[at[line.opened] : stop] += condor_margin(opening[line.layer, line.campaign], broker)
    return held


def futures_margin_usd(run: Run) -> Floats:
    """Return the initial margin of the futures held at each close, USD, by the last settlement and VIX known then."""
    out = np.zeros(len(run.dates))
    vix = carried(run.history.column("VIX")[: run.start + len(run.dates)])[0][run.start :]
    for leg in run.ledger.legs:
        contract = run.ledger.contracts[leg.contract]
        for k in np.flatnonzero(leg.quantity).tolist() if is_future(contract) else ():
            price, t = leg.life.mark(leg.life.first + leg.offset + k), leg.first + k
            out[t] += vx_margin_usd(contract.root, price, int(leg.quantity[k]), float(vix[t])).initial_usd
    return out


def condor_margin(fill: Fill, broker: Broker | None) -> float:
    """Return what a broker holds against a condor as it was filled, USD."""
    multiplier = root_spec(fill.legs[0].contract.root).multiplier
    credit_points = -sum(leg.quantity * leg.price for leg in fill.legs) / fill.lots
    put_width, call_width = (
        abs(sum(leg.quantity * leg.contract.strike for leg in fill.legs if leg.contract.right == right)) / fill.lots
        for right in ("P", "C")
    )
    if broker is None:
        return condor_margin_usd(put_width, call_width, credit_points, multiplier, fill.lots)
    return condor_margin_usd(
        put_width,
        call_width,
        credit_points,
        multiplier,
        fill.lots,
        broker.unequal_wings,
        net_of_credit=broker.credit_reduces_margin,
    )


def tradable(run: Run) -> tuple[tuple[str, float, float], ...]:
    """Return, by root and account size, the share of entry sessions on which one lot fits the sizing cap."""
    cap = next((rule.params.cap for rule in run.policy.rules if isinstance(rule, Sizing)), SizingParams().cap)
    risks = [
        value / spx_equivalent(_root(run))
        for plan in run.plans
        for key, value in plan.notes.items()
        if key.endswith(".risk_usd_per_lot")
    ]
    if not risks:
        return ()
    lot: Floats = np.array(risks)
    return tuple(
        (root, nav, float(np.mean(lot * scale <= cap * nav)))
        for root, scale in (("SPX", 1.0), ("XSP", 0.1))
        for nav in NAV_LADDER_USD
    )


def _root(run: Run) -> str:
    return "XSP" if "XSP" in run.policy.underlyings else "SPX"


def coverage(history: History, run: Run) -> tuple[Coverage, ...]:
    """Return what each input covers over the run, with how it was made where it was not observed."""
    window = slice(run.start, run.start + len(run.dates))
    out = [
        _covered(name, history.column(name)[window], run.dates, history.sources.get(name.split(".")[0], ""))
        for name in COVERED
    ]
    front = history.vx.nearby(1)[window]
    out.append(_covered("VX front", front, run.dates, history.sources.get("VX", "")))
    rate = next((history.rates[n] for n in ("DGS3MO", "DGS1MO", "IRX") if n in history.rates), history.column("none"))
    out.append(_covered("Treasury rates", rate[window], run.dates, history.sources.get("rates", "")))
    dividends = history.dividend_yield[window]
    assumed = int((dividends == ASSUMED_DIVIDEND_YIELD).sum())
    note = f"the last four distributions of SPY; assumed {ASSUMED_DIVIDEND_YIELD:.1%} on {assumed} sessions"
    out.append(_covered("dividend yield", dividends, run.dates, note))
    proxies = history.set_proxy[window]
    counts = ", ".join(f"{how} {proxies.count(how)}" for how in sorted(set(proxies)))
    out.append(Coverage("SET proxy", run.dates[0], run.dates[-1], proxies.count("none"), counts))
    if isinstance(run.quotes, ModelledQuotes):
        inputs = history.derive("smile_inputs", smile_inputs)
        raised, skewless = int(inputs.raised[window].sum()), int(inputs.skew_assumed[window].sum())
        out.append(
            Coverage(
                "SPX smile",
                run.dates[0],
                run.dates[-1],
                int((~np.isfinite(inputs.rho[window])).sum()),
                f"a node raised to keep variance rising on {raised} sessions; "
                f"no SKEW within {MAX_AGE_SESSIONS} sessions on {skewless}",
            )
        )
    return tuple(out)


def _covered(name: str, values: Floats, dates: tuple[dt.date, ...], note: str) -> Coverage:
    """Return first and last session with a value and the gaps between them."""
    known: Ints = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return Coverage(name, None, None, len(values), note)
    first, last = int(known[0]), int(known[-1])
    return Coverage(name, dates[first], dates[last], last - first + 1 - len(known), note)

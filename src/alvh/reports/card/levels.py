"""What voids the plan, and the levels worth an alert: numbers to type into a platform before going home."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from alvh import conventions
from alvh.diagnosis.indicators.layer1_switch import OFF_CLOSES
from alvh.maths import black
from alvh.reports.card.condor import ProposedCondor
from alvh.reports.card.facts import Facts
from alvh.reports.card.hedges import HedgeRow
from alvh.values import Contract, Missing, Quote

Kind: TypeAlias = Literal["void", "alert"]
VOID_RANGES = 0.25
"""The plan is void when SPX has moved by more than so many expected daily ranges since the close."""
SPREAD_LIMIT = 1.8
"""... or when the package is quoted wider than so many times its median of 30 sessions."""
ALERT_DELTA = 0.30
"""A short at this delta is threatened (about twice where it was sold)."""
VIX_GATES = (15.0, 20.0)
"""Below 15 every tier, to 20 no Aggressive, above it none (`concepts.md`, "VIX Risk Scaling")."""
TONIGHT = "tonight's condor"
REACH = 0.6
"""Share of spot searched on either side for the level of a delta."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level, or one date.

    Attributes
    ----------
    kind : {"void", "alert"}
    about : str
        What it belongs to: ``plan``, a layer, a condor.
    sentence : str
    series : str
        What is watched (``SPX``, ``F1``, ``VIX``, ``credit`` ...); empty for a date.
    level, now, before : float
        The level, where the series stands at this close and stood at the one before; NaN where unknown.
    crossed : bool
        Whether it was crossed between the close before and this one.
    on : datetime.date or None
        A date instead of a level.

    Notes
    -----
    `sentence` does not name a condor that `about` names already; `told` does.
    """

    kind: Kind
    about: str
    sentence: str
    series: str = ""
    level: float = math.nan
    now: float = math.nan
    before: float = math.nan
    crossed: bool = False
    on: dt.date | None = None

    @property
    def told(self) -> str:
        """The sentence on its own, for whoever does not see the card."""
        return f"{self.about}: {self.sentence}" if self.sentence.startswith("short ") else self.sentence


def void_levels(facts: Facts, condors: Sequence[ProposedCondor | Missing]) -> tuple[Level, ...]:
    """Return what makes tonight's plan void before it is filled."""
    opened = [c for c in condors if isinstance(c, ProposedCondor)]
    if not facts.plan.orders:
        return ()
    return tuple(_voids(facts, opened))


def _voids(facts: Facts, opened: Sequence[ProposedCondor]) -> Iterator[Level]:
    spot, edr = facts.view.spot("SPX"), facts.readings.value("edr")
    if math.isfinite(spot) and math.isfinite(edr):
        step = VOID_RANGES * edr / 100.0 * spot
        yield Level("void", "plan", f"SPX below {spot - step:,.0f}", "SPX", spot - step, spot)
        said = f"SPX above {spot + step:,.0f} ({VOID_RANGES:g} of the expected daily range of {edr:.2f} %)"
        yield Level("void", "plan", said, "SPX", spot + step, spot)
    else:
        yield Level("void", "plan", "the expected daily range is unknown: judge SPX's move by eye", "SPX", now=spot)
    for one in opened:
        least = one.prices.walk_away
        yield Level("void", one.layer, f"credit under {least:.2f}", "credit", least, one.prices.mid)
    if opened:
        now, ratio = facts.readings.value("package_spread"), facts.readings.value("package_spread_ratio")
        if math.isfinite(now) and ratio > 0.0:
            level = SPREAD_LIMIT * now / ratio
            said = f"half-spreads over {level:.2f} ({SPREAD_LIMIT:g} x a standard condor's median of 30 sessions)"
            yield Level("void", "plan", said, "package_spread", level, now)
    yield from _gates(facts)


def _gates(facts: Facts) -> Iterator[Level]:
    """Yield the gates the plan leans on: one that flips before the fill makes it another plan."""
    armed, threshold = facts.readings.value("l1_armed"), facts.readings.value("l1_threshold")
    switched = [x.name for x in facts.policy.layers if getattr(getattr(x, "params", None), "switch", "") == "macd"]
    front = facts.readings.value("F1")
    if not (switched and math.isfinite(armed) and math.isfinite(threshold)):
        return
    average = facts.past("vix_ema26")
    if armed == 0.0:
        said = f"{switched[0]}'s switch: F1 above {threshold:.2f} with a rising MACD"
        yield Level("void", switched[0], said, "F1", threshold, front)
    elif (facts.past("F1")[-OFF_CLOSES + 1 :] < average[-OFF_CLOSES + 1 :]).all():
        # Only the last of so many closes in a row disarms: before that the next close cannot flip the gate.
        level = float(average[-1])
        said = f"{switched[0]}'s switch: a close of F1 below {level:.2f}, then {OFF_CLOSES} in a row"
        yield Level("void", switched[0], said, "F1", level, front)


def alert_levels(
    facts: Facts, condors: Sequence[ProposedCondor | Missing], hedges: Sequence[HedgeRow]
) -> tuple[Level, ...]:
    """Return the levels and dates at which the picture changes."""
    layer_one, threatened = _layer_one(facts), _threatened(facts, condors)
    return (*layer_one, *threatened, *_exits(facts), *_vix_gates(facts), *_dates(facts, hedges))


def _layer_one(facts: Facts) -> Iterator[Level]:
    """Yield the level of F1 that arms or disarms layer 1."""
    value, before = facts.readings.value, facts.before
    threshold, average, armed = value("l1_threshold"), value("vix_ema26"), value("l1_armed")
    front, front_before = value("F1"), before("F1")
    if math.isnan(threshold) or math.isnan(armed):
        return
    if armed == 1.0:
        crossed = front < average and front_before >= before("vix_ema26")
        said = f"Layer 1 disarms after three closes with F1 < {average:.2f} ({now(front)})"
        yield Level("alert", "L1", said, "F1", average, front, front_before, crossed)
    else:
        crossed = before("l1_armed") == 1.0
        said = f"Layer 1 arms if F1 > {threshold:.2f} with a rising MACD ({now(front)})"
        yield Level("alert", "L1", said, "F1", threshold, front, front_before, crossed)
    if armed == 1.0 and before("l1_armed") == 0.0:
        said = f"Layer 1 armed at this close: F1 {front:.2f} above {threshold:.2f}"
        yield Level("alert", "L1", said, "F1", threshold, front, front_before, True)


def now(value: float) -> str:
    """Return what a series is now, in words where it is unknown."""
    return f"now {value:.2f}" if math.isfinite(value) else "unknown now"


def _threatened(facts: Facts, condors: Sequence[ProposedCondor | Missing]) -> Iterator[Level]:
    """Yield the index levels at which the shorts of open and proposed condors reach the alert delta."""
    shorts: list[tuple[Contract, str]] = []
    for campaign in facts.open_condors():
        shorts += [(c, campaign.name) for c, p in campaign.positions.items() if p.quantity < 0]
    for order in facts.openings():
        if any(isinstance(c, ProposedCondor) and c.layer == order.layer for c in condors):
            shorts += [(leg.contract, TONIGHT) for leg in order.legs if leg.ratio < 0]
    before = facts.before("SPX")
    for contract, owner in shorts:
        spot = facts.view.spot("XSP" if contract.root == "XSP" else "SPX")
        level = spot_at_delta(facts, contract, ALERT_DELTA)
        if math.isnan(level):
            continue
        name = "short put" if contract.right == "P" else "short call"
        quoted = contract.root if contract.root == "XSP" else "SPX"
        scale = 0.1 if quoted == "XSP" else 1.0
        down = contract.right == "P"
        beyond, was = (spot <= level, before * scale > level) if down else (spot >= level, before * scale < level)
        crossed = owner != TONIGHT and beyond and was
        verb = "is past" if beyond else "reaches"
        said = f"{name} {contract.strike:g} {verb} {ALERT_DELTA * 100:.0f} delta at {quoted} {level:,.0f}"
        yield Level("alert", owner, said, quoted, level, spot, before * scale, crossed)


def spot_at_delta(facts: Facts, contract: Contract, abs_delta: float) -> float:
    """Return the index level at which an option's delta would reach a size, its own volatility unchanged; NaN: never.

    The volatility is the one its quote implies at this close. The forward moves with the index (its carry stays), and
    the level is found by halving an interval of 60 % of spot 60 times.
    """
    view = facts.view
    quote = view.quote(contract)
    if not isinstance(quote, Quote):
        return math.nan
    spot = view.spot("XSP" if contract.root == "XSP" else "SPX")
    series = [s for s in view.series("XSP" if contract.root == "XSP" else "SPX") if s.expiry == contract.expiry]
    found = [s for s in series if s.root == contract.root]
    if not found or math.isnan(spot):
        return math.nan
    forward = view.forward(found[0])
    years = conventions.years_to_settlement(contract.root, contract.expiry, view.date)
    call = contract.right == "C"
    bill = facts.readings.value("bill_3m")
    discount = math.exp(-(bill if math.isfinite(bill) else 0.0) * years)
    vol = black.implied_vol(quote.mid, forward, contract.strike, years, discount, call)
    if not (math.isfinite(vol) and math.isfinite(forward)):
        return math.nan
    return level_of_delta(spot, forward / spot, contract.strike, years, vol, call, abs_delta)


def level_of_delta(
    spot: float, carry: float, strike: float, years: float, vol: float, call: bool, abs_delta: float
) -> float:
    """Return the index level at which a Black delta reaches a size; NaN where no level of the search does.

    `carry` is the forward over the spot. The delta of a call grows with the level, a put's falls.
    """
    low, high = spot * (1.0 - REACH), spot * (1.0 + REACH)

    def short_of(level: float) -> bool:
        return abs(black.delta(level * carry, strike, years, vol, call)) < abs_delta

    if short_of(low if not call else high) or not short_of(high if not call else low):
        return math.nan
    for _ in range(60):
        middle = 0.5 * (low + high)
        if short_of(middle) == call:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _exits(facts: Facts) -> Iterator[Level]:
    """Yield the level of F1 at which long layers are sold, once for all that share it."""
    levels: dict[float, list[str]] = {}
    for layer in facts.policy.layers:
        level = getattr(getattr(layer, "params", None), "exit_front_level", None)
        if level is not None:
            levels.setdefault(float(level), []).append(layer.name)
    front, before = facts.readings.value("F1"), facts.before("F1")
    for level, names in levels.items():
        crossed = (front >= level) != (before >= level) and math.isfinite(before + front)
        said = f"{' and '.join(names)} are sold whole at F1 {level:g} ({now(front)})"
        yield Level("alert", names[0], said, "F1", level, front, before, crossed)


def _vix_gates(facts: Facts) -> Iterator[Level]:
    """Yield the gates of VIX; shown whether or not the policy applies them."""
    vix, before = facts.readings.value("VIX"), facts.before("VIX")
    if math.isnan(vix):
        return
    gates = [rule for rule in facts.policy.rules if type(rule).__module__.endswith(".vix_gates")]
    applied = any(getattr(getattr(rule, "params", None), "applied", True) for rule in gates)
    use = "applied" if applied else "shown, not applied"
    low, high = VIX_GATES
    meaning = {low: f"VIX below {low:g}: every tier", high: f"VIX above {high:g}: hold, no new condor"}
    for gate in VIX_GATES:
        crossed = math.isfinite(before) and (before > gate) != (vix > gate)
        said = meaning[gate] + (f" (now {vix:.2f}; {use})" if gate == high else "")
        yield Level("alert", "gates", said, "VIX", gate, vix, before, crossed)


def _dates(facts: Facts, hedges: Sequence[HedgeRow]) -> Iterator[Level]:
    """Yield what the calendar brings: the next FOMC decision, rolls, expiries of condors."""
    coming = [day for day in facts.history.events.get("FOMC", ()) if day > facts.date]
    if coming:
        n = facts.view.sessions_until(coming[0])
        said = f"FOMC decision {coming[0]}, {n} session{'s' if n != 1 else ''} away"
        yield Level("alert", "events", said, on=coming[0])
    for row in hedges:
        if row.days_to_roll is not None:
            on = facts.date + dt.timedelta(row.days_to_roll)
            yield Level("alert", row.layer, f"{row.layer} rolls from {on} on, {row.days_to_roll} days away", on=on)

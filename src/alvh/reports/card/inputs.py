"""Every input of the evening with its date and age: what is stale or missing is named, never replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from alvh.reports.card.facts import Facts, last_known
from alvh.values import Floats, Missing

State: TypeAlias = Literal["fresh", "stale", "missing"]
INDEX_SERIES = ("SPX", "VIX", "VIX9D", "VIX3M", "VIX6M", "VVIX", "SKEW")
"""Published every session: a value of another session is not today's."""
RATES = ("DGS1MO", "DGS3MO", "DGS6MO", "DGS1", "IRX", "SOFR", "DFF")
RATE_FRESH_DAYS = 4
"""A rate of Friday is three days old on Monday, four after a bank holiday."""
SLOW = (("SP500.advancers", "companies"), ("SPY.dollar_volume", "USD"), ("SP500.pe", "ratio"))
NEEDED = ("SPX", "VIX", "VVIX", "VX curve")
"""Without these the quotes of the reconstruction, or the hedges, have nothing to stand on."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input.

    Attributes
    ----------
    name, unit : str
    value : float or Missing
        Of this session; a rate is the latest published.
    as_of : datetime.date or None
        Date of the latest value there is, None where there never was one.
    age_days : int or None
        Calendar days between that date and the session.
    state : {"fresh", "stale", "missing"}
    needed : bool
        Whether a decision cannot do without it.
    read_from : datetime.date or None
        First session that was looked through, where nothing was found: a card reads only as far back as it needs.
    """

    name: str
    unit: str
    value: float | Missing
    as_of: dt.date | None
    age_days: int | None
    state: State
    needed: bool = False
    read_from: dt.date | None = None


def input_rows(facts: Facts) -> tuple[InputRow, ...]:
    """Return every input of a close, in reading order; those a store never had are left to the coverage of readings."""
    return tuple(_rows(facts))


def _rows(facts: Facts) -> Iterator[InputRow]:
    history, i = facts.history, facts.view.i
    for name in INDEX_SERIES:
        unit = "index points" if name in ("SPX", "SKEW") else "vol points"
        yield _series(facts, name, history.column(name), unit)
    yield _curve(facts)
    for name in RATES:
        if name in history.rates:
            yield _rate(facts, name, float(history.rates[name][i]), float(history.rate_age_days[name][i]))
    for name, unit in SLOW:
        if name in history.series:
            yield _series(facts, name, history.column(name), unit)


def _series(facts: Facts, name: str, values: Floats, unit: str) -> InputRow:
    """Return a series that has a value a session."""
    i = facts.view.i
    at = last_known(values[: i + 1])
    if at < 0:
        why = Missing(f"no {name} up to {facts.date}")
        return InputRow(name, unit, why, None, None, "missing", name in NEEDED, facts.history.dates[0])
    as_of = facts.history.dates[at]
    age = (facts.date - as_of).days
    if at == i:
        return InputRow(name, unit, float(values[i]), as_of, age, "fresh", name in NEEDED)
    return InputRow(name, unit, Missing(f"no {name} on {facts.date}"), as_of, age, "missing", name in NEEDED)


def _curve(facts: Facts) -> InputRow:
    """Return the front VX settlement, and how old the curve is."""
    return _series(facts, "VX curve", facts.history.vx.nearby(1), "vol points")


def _rate(facts: Facts, name: str, value: float, age: float) -> InputRow:
    """Return a rate with the age the store gives it."""
    if not np.isfinite(value):
        return _old_rate(facts, name)
    days = int(age)
    state: State = "fresh" if days <= RATE_FRESH_DAYS else "stale"
    return InputRow(name, "decimal a year", value, facts.date - dt.timedelta(days), days, state)


def _old_rate(facts: Facts, name: str) -> InputRow:
    """Return a rate that is too old to be used, with the day it was last published."""
    why, history = Missing(f"no {name} published lately"), facts.history
    at = last_known(history.rates[name][: facts.view.i + 1])
    if at < 0:
        return InputRow(name, "decimal a year", why, None, None, "missing", read_from=history.dates[0])
    as_of = history.dates[at] - dt.timedelta(int(history.rate_age_days[name][at]))
    return InputRow(name, "decimal a year", why, as_of, (facts.date - as_of).days, "missing")


def troubles(rows: tuple[InputRow, ...]) -> tuple[str, ...]:
    """Return a sentence for each input that is stale or missing."""
    out = []
    for row in rows:
        if row.state == "missing":
            never = f"none since {row.read_from}, where what was read begins" if row.read_from else "never in the store"
            since = f"last seen {row.as_of}, {row.age_days} days ago" if row.as_of else never
            out.append(f"{row.name} is missing ({since})")
        elif row.state == "stale":
            out.append(f"{row.name} is stale: of {row.as_of}, {row.age_days} days old")
    return tuple(out)

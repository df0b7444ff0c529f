"""The words of a report and what they mean here, and how a text marks them."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, NamedTuple

TERMS: dict[str, str] = {
    "attribution": (
        "The P&L of a day split by cause: the moves of the market times the sensitivities held, time, volatility, "
        "interest and costs; what is left is the residual."
    ),
    "campaign": (
        "An original trade and everything done to it since (adjustments, rolls, the exit), counted as one, so that a "
        "roll cannot hide a loss."
    ),
    "cash": "The account's cash earns the Treasury-bill rate; the interest is a layer of its own.",
    "condor": (
        "Iron condor: a sold put spread and a sold call spread on the S&P 500 with the same expiry. It earns when the "
        "index stays between the sold strikes; its largest loss is the width less the credit."
    ),
    "credit": "Cash received when a position is opened.",
    "CVaR 95": "The average of the worst 5 % of daily returns: how bad a bad day is.",
    "DSR": (
        "Deflated Sharpe ratio: the probability that the true Sharpe ratio is above the best one that as many trials "
        "without any skill would have reached by chance."
    ),
    "decay": "What options lose as time passes while nothing else moves (theta): whoever bought them pays it.",
    "drawdown": "How far the account stands below its highest value so far, from daily marks at the close.",
    "fill": (
        "The price at which an order is assumed to trade: mid is half-way between bid and ask, cross the far side, and "
        "q25, half, q75 a quarter, half, three quarters of the way."
    ),
    "hedge cost": (
        "Minus the P&L of the hedge layers after all costs, over the average value of the account, a year. Negative "
        "when the hedge earned money."
    ),
    "layer": "A part of the programme that trades by itself and is accounted by itself: the condor, each hedge, cash.",
    "margin": "What the broker holds against short positions under Regulation T: for a condor, its wider side.",
    "modelled mark": (
        "A price computed from volatility indices and VX futures because no quote was recorded. It is labelled and "
        "counted; it is never called a quote."
    ),
    "NAV": "Net asset value: what the account is worth at the close, everything marked.",
    "P&L": "Profit and loss: the change of value from one close to the next, after slippage and fees.",
    "PBO": (
        "Probability of backtest overfitting: how often the variant that was best in one half of the history ends in "
        "the lower half of the other. One half means that choosing among them is worth nothing."
    ),
    "PSR": (
        "Probabilistic Sharpe ratio: the probability that the true Sharpe ratio is above zero, given the length, skew "
        "and tails of the record."
    ),
    "regime": (
        "The shape of the VX futures curve at the close before, by its slope (second less first future, over the "
        "first): inverted below 0 %, flat to 3 %, normal to 10 %, steep to 15 %, extreme beyond."
    ),
    "residual": "The part of the P&L that the sensitivities do not explain.",
    "session": "A day on which the exchange is open.",
    "Sharpe": "Average daily return beyond what the cash earned, over its standard deviation, annualised.",
    "skip": "Something the rules wanted and did not do, with the reason. None is dropped.",
    "slippage": "What is lost between the mid and the price at which an order fills.",
    "stale mark": "A mark carried over from an earlier day because the day has no data.",
    "VIX": "Cboe's index of expected volatility of the S&P 500 over 30 days, in points (percent a year).",
    "VIX calls": "Call options on the VIX future of the same expiry: they pay when expected volatility jumps.",
    "VVIX": "The expected volatility of VIX futures, in points.",
}

_MARK = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")


class Span(NamedTuple):
    """A piece of text and the glossary term it stands for, empty where it stands for none."""

    text: str
    term: str


def spans(text: str) -> list[Span]:
    """Split a text at its glossary marks.

    A mark whose term the glossary does not know stays as it stands: texts may hold words of a user's file, and those
    must not stop a report. That a report's own marks are known is checked by its contract test (`unknown_terms`).
    """
    pieces, at = [], 0
    for mark in _MARK.finditer(text):
        term = mark[1]
        if term not in TERMS:
            continue
        pieces += [Span(text[at : mark.start()], ""), Span(mark[2] or term, term)]
        at = mark.end()
    pieces.append(Span(text[at:], ""))
    return [piece for piece in pieces if piece.text]


def plain(text: str) -> str:
    """Return the text without its marks."""
    return "".join(span.text for span in spans(text))


def used_terms(report: Any) -> tuple[tuple[str, str], ...]:
    """Return the terms that the texts of a report (or of any of its parts) mark, in alphabetical order."""
    return tuple((term, TERMS[term]) for term in sorted(_marked(report) & TERMS.keys(), key=str.lower))


def unknown_terms(report: Any) -> set[str]:
    """Return the marked words that the glossary lacks."""
    return _marked(report) - TERMS.keys()


def _marked(part: Any) -> set[str]:
    return {match[1] for text in _texts(part) for match in _MARK.finditer(text)}


def _texts(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple | list):
        return [text for item in part for text in _texts(item)]
    if dataclasses.is_dataclass(part):
        return [text for field in dataclasses.fields(part) for text in _texts(getattr(part, field.name))]
    return []

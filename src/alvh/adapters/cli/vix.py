"""`alvh vix`: a VIX-style index from the stored chain, with every intermediate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from alvh.adapters.cli.options import Date, json_option, print_json, store_option
from alvh.adapters.errors import UserError


@click.command(
    epilog="""\b
Example:
  alvh vix --date 2019-05-09
  alvh vix --date 2019-05-09 --tenor 93 --json
  alvh vix --date 2016-06-01 --underlying VIX"""
)
@click.option("--date", type=Date(), help="Session (default: the last one with a chain).")
@click.option(
    "--rule",
    type=click.Choice(["current", "historical"]),
    default="current",
    show_default=True,
    help="current: Fridays around the tenor; historical: monthlies alone, VIX as until October 2014.",
)
@click.option(
    "--tenor",
    type=click.Choice(["9", "30", "93", "184"]),
    default="30",
    show_default=True,
    help="Days: VIX9D, VIX, VIX3M, VIX6M.",
)
@click.option(
    "--underlying",
    type=click.Choice(["SPX", "VIX"]),
    default="SPX",
    show_default=True,
    help="Options the index is made of; VIX options make VVIX.",
)
@store_option
@json_option
def vix(date: dt.date | None, rule: Any, tenor: str, underlying: Any, store_path: Path | None, as_json: bool) -> int:
    """Compute VIX from a stored chain, every intermediate beside the published close.

    Exit status 0: computed; 1: the chain does not give the index, and why; 2: bad input.
    """
    from alvh.adapters.replicating import vix_dict, vix_of  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.values import Missing  # noqa: PLC0415

    if rule == "historical" and tenor == "9":
        raise UserError("--rule historical: there was no index of 9 days before weeklies")
    answer = vix_of(Store(Store.locate(store_path)), date, int(tenor), rule, underlying)
    if isinstance(answer, Missing):
        if as_json:
            print_json({"value": None, "why": answer.why})
        else:
            click.echo(f"No index: {answer.why}.")
        return 1
    told = vix_dict(answer)
    if as_json:
        print_json(told)
    else:
        from alvh.reports.backtest import DISCLAIMER  # noqa: PLC0415

        _print(told)
        click.echo(DISCLAIMER)
    return 0


_LINES = (
    ("minutes", "minutes to settlement", ",.0f"),
    ("T", "T, years", ".7f"),
    ("R", "R, continuous", ".6f"),
    ("parity_strike", "strike where call and put are closest", ",.2f"),
    ("F", "forward F", ",.5f"),
    ("K0", "K0", ",.2f"),
    ("options_kept", "strikes kept", ",d"),
    ("first_strike", "first strike", ",.2f"),
    ("last_strike", "last strike", ",.2f"),
    ("first_contribution", "contribution of the first", ".6e"),
    ("last_contribution", "contribution of the last", ".6e"),
    ("first_term", "2/T x sum", ".8f"),
    ("adjustment", "(F/K0 - 1)^2 / T", ".8f"),
    ("sigma2", "sigma^2", ".8f"),
)


def _print(told: dict[str, Any]) -> None:
    near, later = told["near"], told["next"]
    click.echo(f"{told['symbol']} of {told['date']}: {told['value']:.4f} points ({told['rule']} rule)")
    others = f"; {told['other_captures']} other capture(s) not used" if told["other_captures"] else ""
    click.echo(f"Quotes of {told['quotes_at_chicago']} Chicago, {told['source']}{others}\n")
    click.echo(f"{'':38}{near['root'] + ' ' + str(near['expiry']):>20}{later['root'] + ' ' + str(later['expiry']):>20}")
    for key, label, form in _LINES:
        click.echo(f"{label:38}{format(near[key], form):>20}{format(later[key], form):>20}")
    click.echo(f"{'weight of T sigma^2':38}{told['near_weight']:>20.6f}{told['next_weight']:>20.6f}\n")
    if told["published_close"] is None:
        click.echo("The store holds no published close of that day.")
        return
    line = f"Published close {told['published_close']:.2f}, ours {told['difference']:+.4f}"
    if told["inside_range"] is not None:
        where = "inside" if told["inside_range"] else "outside"
        line += f"; {where} the day's range {told['published_low']:.2f} to {told['published_high']:.2f}"
    click.echo(line + ".")

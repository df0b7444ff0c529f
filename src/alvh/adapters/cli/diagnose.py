"""`alvh diagnose`: regime, term structure and every reading."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from alvh.adapters.cli.options import Date, json_option, print_json, store_option


@click.command(epilog="\b\nExample:\n  alvh diagnose\n  alvh diagnose --date 2020-03-16 --json")
@click.option("--date", type=Date(), help="Session (default: the store's last).")
@store_option
@json_option
def diagnose(date: dt.date | None, store_path: Path | None, as_json: bool) -> int:
    """Show the regime, the VX curve and every reading with unit, percentile, age and since when it exists."""
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.tonight import bare_facts  # noqa: PLC0415
    from alvh.reports.card.card import plain  # noqa: PLC0415
    from alvh.reports.card.diagnosis import make_diagnosis  # noqa: PLC0415

    made = make_diagnosis(bare_facts(Store(Store.locate(store_path)), date))
    if as_json:
        print_json(plain(made))
    else:
        from alvh.adapters.render.why import print_diagnosis  # noqa: PLC0415

        print_diagnosis(made)
    return 0

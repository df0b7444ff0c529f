"""`alvh replicate`: rebuild what others have published, and say how far off we are."""

from __future__ import annotations

import time
from pathlib import Path

import click

from alvh.adapters.cli.options import json_option, print_json, store_option, writable
from alvh.adapters.cli.progress import progress_bar
from alvh.adapters.errors import UserError


@click.command(
    epilog="""\b
Example:
  alvh replicate list
  alvh replicate vxx
  alvh replicate all --json
  alvh replicate all --markdown fidelity.md"""
)
@click.argument("target")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table and the analysis as Markdown to this file too, and a chart beside it.",
)
@store_option
@json_option
def replicate(target: str, markdown: Path | None, store_path: Path | None, as_json: bool) -> int:
    """Rebuild published numbers from the store: ours, theirs, error, threshold, pass or fail.

    TARGET is a name of the list, `all`, or `list`.

    Exit status 0: every threshold met; 1: one missed; 2: bad input.
    """
    from alvh.adapters.render.fidelity_chart import fidelity_svg  # noqa: PLC0415
    from alvh.adapters.replicating import chosen_targets, replicate_store, row_dict  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.evidence.replication import targets  # noqa: PLC0415
    from alvh.reports.fidelity import bars, fidelity_lines, fidelity_markdown  # noqa: PLC0415

    if target == "list":
        known = targets().values()
        if as_json:
            print_json([{"name": one.name, "about": one.about} for one in known])
        else:
            width = max(len(one.name) for one in known)
            for one in known:
                click.echo(f"{one.name:{width}}  {one.about}")
        return 0
    chosen = chosen_targets(target)
    if markdown is not None:
        writable(markdown)
    begun = time.perf_counter()
    with progress_bar() as tell:
        made = replicate_store(Store(Store.locate(store_path)), chosen, tell)
    if markdown is not None:
        try:
            picture = markdown.with_suffix(".svg")
            picture.write_text(fidelity_svg(bars(made)), encoding="utf-8")
            markdown.write_text(fidelity_markdown(made, picture.name), encoding="utf-8")
        except OSError as error:
            raise UserError(f"{markdown} cannot be written: {error.strerror}") from None
    if as_json:
        print_json(
            {
                "rows": [row_dict(row) for row in made.rows],
                "not_run": [{"target": name, "why": why} for name, why in made.not_run],
                "seconds": round(time.perf_counter() - begun, 2),
            }
        )
    else:
        for line in fidelity_lines(made):
            click.echo(line)
        if markdown is not None:
            click.echo(f"Written: {markdown.absolute()}")
    return 1 if made.failed else 0

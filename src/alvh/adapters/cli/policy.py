"""`alvh policy`: show, list or start policies."""

from __future__ import annotations

import json
from pathlib import Path

import click

from alvh.adapters.cli.groups import NearestGroup
from alvh.adapters.cli.options import json_option, print_json, writable
from alvh.adapters.errors import UserError


@click.group(cls=NearestGroup, epilog="\b\nExample:\n  alvh policy show alvh\n  alvh policy new mine.toml --like alvh")
def policy() -> None:
    """Show, list or start policies: short TOML files a trader can read aloud."""


@policy.command("list", epilog="\b\nExample:\n  alvh policy list")
@json_option
def list_(as_json: bool) -> int:
    """List the shipped policies."""
    from alvh.policies.policy import preset, preset_names  # noqa: PLC0415

    found = [preset(name) for name in preset_names()]
    if as_json:
        print_json([{"name": p.name, "version": p.version, "about": p.about, "policy_hash": p.digest} for p in found])
        return 0
    width = max(len(p.name) for p in found)
    for p in found:
        click.echo(f"{p.name:{width}}  {p.about}")
    return 0


@policy.command(epilog="\b\nExample:\n  alvh policy show condor-only")
@click.argument("name")
def show(name: str) -> int:
    """Print a policy's TOML; NAME is a shipped name or a file, which is checked."""
    from alvh.adapters.backtesting import find_policy  # noqa: PLC0415

    click.echo(find_policy(name).text.rstrip())
    return 0


@policy.command(epilog="\b\nExample:\n  alvh policy new mine.toml --like condor-only")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--like", default="alvh", show_default=True, help="Shipped policy to start from.")
def new(file: Path, like: str) -> int:
    """Start a policy of your own from a shipped one."""
    from alvh.policies.policy import PolicyError, preset_text  # noqa: PLC0415

    if file.exists():
        raise UserError(f"{file} exists already; name another file")
    if file.suffix != ".toml":
        raise UserError(f"{file}: a policy file ends in .toml")
    writable(file)
    try:
        text = preset_text(like)
    except PolicyError as error:
        raise UserError(str(error)) from None
    own = text.replace(f'name = "{like}"', f"name = {json.dumps(file.stem)}", 1)
    try:
        file.write_text(own, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {file}. Edit it, then: alvh backtest {file}")
    return 0

"""The command line: `alvh`. Commands import what they need when they run, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from alvh import __version__
from alvh.adapters.cli.groups import NearestGroup
from alvh.adapters.errors import UserError

DISCLAIMER = "Educational and simulated: alvh sends no order to any broker, and nothing here is advice."
COMMANDS = {
    "today": ("today", "Decide tonight: the card a trader acts on, and everything it stands on."),
    "ticket": ("ticket", "Solve the standing plan on fresh quotes; write tickets, send nothing."),
    "diagnose": ("diagnose", "Show the regime, the VX curve and every reading of a close."),
    "explain": ("explain", "Explain a decision: why and why not, rule by rule."),
    "demo": ("demo", "Run the embedded market: the hedge against the control, and a report."),
    "data": ("data", "Import, download, check and list market data."),
    "vix": ("vix", "Compute VIX from a stored chain, every intermediate."),
    "backtest": ("backtest", "Run one or several policies over history, side by side."),
    "sweep": ("sweep", "Run a grid of policies in parallel; every one counts as a trial."),
    "evidence": ("evidence", "Say which piece pays, in which regime, at what cost, and how sure that is."),
    "replicate": ("replicate", "Rebuild published numbers and say how far off we are."),
    "policy": ("policy", "Show, list or start policies."),
    "book": ("book", "Bring in what you really hold; compare plan with reality."),
}
"""Command -> (file in this package, one line of help)."""


class Lazy(NearestGroup):
    """A group whose commands live in files of their own, imported when they are run or explained."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the commands in the order users meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; None for an unknown one, which `resolve_command` answers."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"alvh.adapters.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=DISCLAIMER,
)
@click.version_option(__version__, message="alvh %(version)s")
def alvh() -> None:
    """SPX iron condors with the Adaptive Layered VIX Hedge: what each hedge layer costs and saves, with evidence.

    \b
    Example:
      alvh data import canonical FOLDER --store S
      alvh backtest alvh condor-only --from 2007-01-03 --store S --report r.html
    """  # noqa: D301 - the backspace is how click is told to leave lines as they are


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line: exit 0 fine, 1 the answer is no, 2 bad usage or input, 130 interrupted."""
    if "_ALVH_COMPLETE" in os.environ:
        alvh.main(prog_name="alvh")
    try:
        # Not click's own `main`: that answers a reader that has gone with 1, which here means that the answer is no.
        with alvh.make_context("alvh", list(sys.argv[1:] if args is None else args)) as context:
            status = alvh.invoke(context)
        sys.stdout.flush()
    except UserError as error:
        click.echo(f"alvh: {error}", err=True)
        status = 2
    except click.exceptions.Exit as done:
        status = done.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except (click.exceptions.Abort, KeyboardInterrupt, EOFError):
        click.echo("\nalvh: interrupted", err=True)
        status = 130
    except SystemExit as left:
        # rich closes the output itself and leaves with 1, which here means that the answer is no.
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        status = 0
    except BrokenPipeError:
        # Whoever read the output has seen enough (`alvh ... | head`); what is left of it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)

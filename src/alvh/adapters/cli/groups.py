"""Groups of commands that answer an unknown one with the nearest there is."""

from __future__ import annotations

import click

from alvh.adapters.errors import nearest


class NearestGroup(click.Group):
    """A group that names the nearest command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer an unknown command with the nearest valid one."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}{nearest(args[0], known)}", ctx)
        return super().resolve_command(ctx, args)

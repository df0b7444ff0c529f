"""A user's own command, run once for each crossed alert level, without a shell."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Sequence

from alvh.adapters.errors import UserError
from alvh.reports.card.card import plain
from alvh.reports.card.levels import Level

PATIENCE_S = 30.0
"""A command that takes longer is stopped."""


def command_of(text: str) -> list[str]:
    """Split a command as a shell would, but run it without one; UserError where it cannot be split or is empty."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserError(f"--notify {text!r} cannot be read as a command: {error}") from None
    if not words:
        raise UserError("--notify: the command is empty")
    return words


def notify_all(text: str, crossed: Sequence[Level]) -> None:
    """Run the command once a crossed level, the sentence in ``ALVH_ALERT`` and the level as JSON on standard input.

    Raises
    ------
    UserError
        When the command does not exist, fails or does not end.
    """
    words = command_of(text)
    for level in crossed:
        told = json.dumps(plain(level), allow_nan=False)
        try:
            subprocess.run(  # noqa: S603 - the user's own command, as a list, without a shell
                words,
                input=told,
                text=True,
                env={**os.environ, "ALVH_ALERT": level.told},
                timeout=PATIENCE_S,
                check=True,
            )
        except OSError as error:
            raise UserError(f"--notify: {words[0]} cannot be run: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise UserError(f"--notify: {words[0]} did not end within {PATIENCE_S:g} seconds") from None
        except subprocess.CalledProcessError as error:
            raise UserError(f"--notify: {words[0]} ended with status {error.returncode}") from None

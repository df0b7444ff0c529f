"""Optional libraries: a policy that needs one that is not installed is refused before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from alvh.adapters.errors import UserError
from alvh.policies.policy import Policy

EXTRAS = {"QuantLib": "etp"}
"""The extra of this package that brings a library, by the library's import name."""


def need_libraries(policies: Iterable[Policy]) -> None:
    """Refuse policies with a layer whose `library` is not installed.

    Raises
    ------
    UserError
        Naming policy, layer and library, and how to install it.
    """
    for policy in policies:
        for layer in policy.layers:
            library = getattr(layer, "library", None)
            if library is not None and find_spec(library) is None:
                raise UserError(
                    f"policy {policy.name!r}: layer {layer.name!r} needs {library}, which is not installed: "
                    f"pip install 'alvh[{EXTRAS[library]}]'"
                )

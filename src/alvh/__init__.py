"""SPX iron condors with the Adaptive Layered VIX Hedge: backtest it honestly, decide with the same code.

>>> import alvh
>>> market = alvh.open("demo")                      # or the folder of a store
>>> result = alvh.backtest("alvh", market)          # prints itself; result.daily(), .fills(), .report("r.html")
>>> plan = alvh.decide(market.view("2018-02-05"))   # what the same rules would do that evening

Educational and simulated: it sends no order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alvh.adapters.api import Market, Result, backtest, decide, policy
    from alvh.adapters.api import open_market as open  # noqa: A004

__all__ = ["Market", "Result", "backtest", "decide", "open", "policy"]
__version__ = "0.1.0"

_PUBLIC = {
    "Market": "Market",
    "Result": "Result",
    "backtest": "backtest",
    "decide": "decide",
    "open": "open_market",
    "policy": "policy",
}
"""Public name -> name in `alvh.adapters.api`, imported on first use: `import alvh` stays light."""


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'alvh' has no attribute {name!r}")
    from alvh.adapters import api  # noqa: PLC0415

    return getattr(api, _PUBLIC[name])


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])

"""What a broker holds against VX and VXM futures: a percentage model of the exchange's published minimum."""

from __future__ import annotations

from typing import Final, NamedTuple

from alvh.conventions import root_spec

MAINTENANCE_RATE: Final = 0.35
MAINTENANCE_FLOOR_USD: Final = 5_500.0
"""Both assumed by the methodology; CFE publishes the real ones daily."""
INITIAL_TO_MAINTENANCE: Final = 1.25
"""VXM 690 against 552 USD, VX 10,140.63 against 8,112.50 at Interactive Brokers (undated aggregator)."""
STRESS_VIX: Final = 30.0
STRESS_MULTIPLE: Final = 2.0
_VX_MULTIPLIER: Final = 1000.0


class FuturesMargin(NamedTuple):
    """Initial and maintenance margin, USD."""

    initial_usd: float
    maintenance_usd: float


def vx_margin_usd(root: str, price_points: float, quantity: int, vix: float) -> FuturesMargin:
    """Return initial and maintenance margin of VX or VXM futures, USD.

    A model, since the exchange's own minimum varies: maintenance = max(5,500, 0.35 x 1000 x price), initial = 1.25 x
    maintenance, both doubled while VIX is above 30; VXM a tenth. Marks are cash every day and not part of this.

    Parameters
    ----------
    root : {"VX", "VXM"}
    price_points : float
        The future's settlement.
    quantity : int
        Contracts, long or short: both are margined alike.
    vix : float
        Spot VIX, points.

    Raises
    ------
    ValueError
        For another root, or a price or VIX that is not positive.
    """
    spec = root_spec(root)
    if spec.kind != "future":
        raise ValueError(f"{root} is not a VIX future")
    if not (price_points > 0.0 and vix > 0.0):
        raise ValueError(f"price {price_points} and VIX {vix} must be positive")
    a_contract = max(MAINTENANCE_FLOOR_USD, MAINTENANCE_RATE * _VX_MULTIPLIER * price_points)
    stress = STRESS_MULTIPLE if vix > STRESS_VIX else 1.0
    maintenance = a_contract * stress * abs(quantity) * spec.multiplier / _VX_MULTIPLIER
    return FuturesMargin(INITIAL_TO_MAINTENANCE * maintenance, maintenance)

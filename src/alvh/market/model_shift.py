"""A reconstruction moved within its error: the level and the slope of the SPX smile by session, VIX calls by tenor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from alvh.market.smile_inputs import SmileInputs
from alvh.maths.theta_table import RHO_HIGH, RHO_LOW
from alvh.values import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ModelShift:
    """How far a reconstruction is moved; without one it is the reconstruction itself.

    Attributes
    ----------
    level : array (sessions,)
        Natural logarithm of the factor on every SPX volatility of a session: total variance is multiplied by
        exp(2 level).
    slope : array (sessions,)
        Added to the smile's rho; the sum is kept inside the range of the theta table.
    vix_days : array (tenors,)
        Calendar days to the settlement of VIX options, ascending; at least one.
    vix_level : array (tenors,)
        Natural logarithm of the factor on VVIX at those terms, linear in days between them and flat outside.
    """

    level: Floats
    slope: Floats
    vix_days: Floats
    vix_level: Floats

    def smile(self, inputs: SmileInputs) -> SmileInputs:
        """Return the inputs of the SPX smile, moved; everything else is as it was. ValueError for another axis."""
        if not len(self.level) == len(self.slope) == len(inputs.rho):
            raise ValueError(f"a shift over {len(self.level)} sessions cannot move {len(inputs.rho)}")
        return replace(
            inputs,
            node_variance=inputs.node_variance * np.exp(2.0 * self.level)[:, None],
            rho=np.clip(inputs.rho + self.slope, RHO_LOW, RHO_HIGH),
        )

    def vvix(self, vvix: Floats, days: Floats) -> Floats:
        """Return VVIX as it enters the price of VIX options `days` from settlement; NaN stays NaN."""
        return vvix * np.exp(np.interp(days, self.vix_days, self.vix_level))

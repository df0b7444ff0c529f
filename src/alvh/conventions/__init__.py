"""Facts others decide: contracts, sessions, settlement, listings, strikes, day count. Each with its source.

Nothing here is a choice of ours except what a row marks as ``assumed``, and nothing reads a file: the tables are code.
"""

from alvh.conventions.calendar import (
    CFE_EXTRA_SESSIONS,
    close_minute,
    early_close,
    is_cfe_session,
    is_session,
    next_session,
    previous_session,
    session_on_or_before,
    sessions,
    sessions_between,
)
from alvh.conventions.daycount import (
    CLOCK,
    CLOCK_ORIGIN,
    clock_at,
    clock_days,
    clock_days_array,
    close_instant,
    settlement_instant,
    years_to_settlement,
    years_to_settlement_array,
)
from alvh.conventions.expiries import (
    last_trading_session,
    settlement_of,
    settlement_phase,
    spx_monthly_expiry,
    third_friday,
    vix_expiry,
    vix_weekly_expiry,
)
from alvh.conventions.listing import ListedExpiry, expiry_ordinals, listed_expiries
from alvh.conventions.roots import ROOTS, RootSpec, root_spec, spx_equivalent, tick_size
from alvh.conventions.strikes import (
    expiry_family,
    nearest_strike,
    on_grid,
    strike_grid,
    strike_step,
    strikes_assumed,
)

__all__ = [
    "CFE_EXTRA_SESSIONS",
    "CLOCK",
    "CLOCK_ORIGIN",
    "ROOTS",
    "ListedExpiry",
    "RootSpec",
    "clock_at",
    "clock_days",
    "clock_days_array",
    "close_instant",
    "close_minute",
    "early_close",
    "expiry_family",
    "expiry_ordinals",
    "is_cfe_session",
    "is_session",
    "last_trading_session",
    "listed_expiries",
    "nearest_strike",
    "next_session",
    "on_grid",
    "previous_session",
    "root_spec",
    "session_on_or_before",
    "sessions",
    "sessions_between",
    "settlement_instant",
    "settlement_of",
    "settlement_phase",
    "spx_equivalent",
    "spx_monthly_expiry",
    "strike_grid",
    "strike_step",
    "strikes_assumed",
    "third_friday",
    "tick_size",
    "vix_expiry",
    "vix_weekly_expiry",
    "years_to_settlement",
    "years_to_settlement_array",
]

"""Logs for the tests of records: invented trades under the real headers."""

from __future__ import annotations

from pathlib import Path

OMEGA_HEADER = (
    "Date Opened,Time Opened,Opening Price,Legs,Premium,Closing Price,Date Closed,Time Closed,Days in Trade,"
    "Avg. Closing Cost,Reason For Close,P/L,P/L %,No. of Contracts,Funds at Close,Margin Req.,Underlying,Strategy,"
    "Opening Commissions + Fees,Closing Commissions + Fees,Opening Short/Long Ratio,Closing Short/Long Ratio,"
    "Opening VIX,Closing VIX,Gap,Movement,Max Profit,Max Loss"
)
DAILY_HEADER = "Date,Net Liquidity,Current Funds,Withdrawn,Trading Funds,P/L,P/L %,Drawdown %"
REPORTING_HEADER = "Strategy,Date Opened,Opening Price,Legs,Initial Premium,No. of Contracts,P/L,Date Closed"


def omega_row(opened: str, closed: str, pnl: float, funds: float, lots: int = 2, worst: float = -50.0) -> str:
    """Return one trade: 250 USD of premium a contract, 3,000 USD of margin, `worst` in percent of the premium."""
    ended = "16:00:00" if closed else ""
    return (
        f"{opened},10:00:00,4500.25,{lots} Feb 16 4400 P STO 4.00 | {lots} Feb 16 4380 P BTO 1.50,250,4510,{closed},"
        f'{ended},3,100,Profit Target,{pnl},20,{lots},"{funds:,.2f}",3000,SPX,Put spread,3.5,3.5,2.6,2,14,15,1.5,9,60,'
        f"{worst}"
    )


OMEGA_ROWS = (
    # Newest first, as the site shows them; 100,000 at the start.
    omega_row("2024-01-10", "2024-01-17", -700.0, 99_550.0, worst=-140.0),
    omega_row("2024-01-03", "2024-01-12", -50.0, 100_250.0),
    omega_row("2024-01-02", "2024-01-05", 300.0, 100_300.0),
)


def write(folder: Path, name: str, *lines: str) -> Path:
    """Write a file of lines and return its path."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def omega_log(folder: Path, *more: str) -> Path:
    """Write the three trades, and what else is given."""
    return write(folder, "spreads.csv", OMEGA_HEADER, *OMEGA_ROWS, *more)


def daily_log(folder: Path) -> Path:
    """Write the marks of the same account over its three trades: it stood at 99,100 before it recovered."""
    rows = (
        ("2024-01-02", 99_900, -100), ("2024-01-03", 100_100, 200), ("2024-01-04", 100_200, 100),
        ("2024-01-05", 100_300, 100), ("2024-01-08", 100_000, -300), ("2024-01-09", 100_150, 150),
        ("2024-01-10", 100_100, -50), ("2024-01-11", 100_200, 100), ("2024-01-12", 100_150, -50),
        ("2024-01-16", 99_100, -1_050), ("2024-01-17", 99_550, 450),
    )  # fmt: skip
    return write(folder, "daily.csv", DAILY_HEADER, *(f"{d},{w},{w},0,{w},{p},0,0" for d, w, p in rows))

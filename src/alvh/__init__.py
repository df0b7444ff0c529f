"""SPX iron condors with the Adaptive Layered VIX Hedge: backtest it honestly, decide with the same code."""

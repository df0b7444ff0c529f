"""The checks of stored market data, one a file. `alvh.market.check` runs them; nothing here repairs anything."""

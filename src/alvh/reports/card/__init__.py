"""Tonight's card: what to do, why, what voids it, and everything it stands on. Data only; renderers draw it."""

"""Parts that reports are put together from: each takes statements and returns a section, a block or None."""

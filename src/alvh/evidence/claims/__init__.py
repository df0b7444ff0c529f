"""Public claims about the method, each put as the nearest statement that can be computed, and judged by one rule."""

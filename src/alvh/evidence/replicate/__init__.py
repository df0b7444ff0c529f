"""Families of published numbers that are rebuilt: a file here with ``TARGETS`` is all it takes to add one."""

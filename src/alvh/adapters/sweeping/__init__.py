"""Sweeps: many policies of one file, run on a pool, each counted as a trial, and written to Parquet."""

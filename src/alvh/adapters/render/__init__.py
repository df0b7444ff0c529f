"""Renderers draw what a `Report` says, and compute nothing: one self-contained page, or a few lines in a terminal."""

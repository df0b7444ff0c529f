"""The claims themselves, a file for each small family: a file here with ``CLAIMS`` is all it takes to add one."""

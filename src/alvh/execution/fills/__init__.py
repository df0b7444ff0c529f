"""Fill models, one a file: what price a package trades at, given a later quote."""

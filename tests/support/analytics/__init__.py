"""A year that never happened, and what its figures must be: raw rows as the commands leave them, and plain SQL over everything."""

"""Generated series of figures, with and without something wrong, and how well a rule finds it."""

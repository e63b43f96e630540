"""Hypothesis with examples drawn by chance alone: its own search repeats parts of earlier ones, which costs a database more than it finds."""

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider


class Luck(HypothesisProvider):
    """Draws like Hypothesis's own provider."""


BACKEND = "luck"
AVAILABLE_PROVIDERS[BACKEND] = f"{Luck.__module__}.{Luck.__qualname__}"

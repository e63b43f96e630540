"""REX, the mission orchestrator: what all functions share."""

VERSION = "0.1.0"
"""As in pyproject.toml."""

"""Anomalies: what of an account is not as it usually is, since when, by how much, and why."""

from rex.domain.anomalies.episodes import Episode, Method
from rex.domain.anomalies.judging import AccountFigures, Anomaly, OpenAnomaly, find_anomalies
from rex.domain.anomalies.signals import Figures
from rex.domain.signals import Signal

__all__ = ["AccountFigures", "Anomaly", "Episode", "Figures", "Method", "OpenAnomaly", "Signal", "find_anomalies"]

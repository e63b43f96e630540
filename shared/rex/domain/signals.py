"""Which figures of an account are watched; the rules need no more of anomalies than their names."""

from enum import StrEnum


class Signal(StrEnum):
    """What may not be as usual."""

    BOUNCES = "bounces"
    COMPLAINTS = "complaints"
    UNSUBSCRIBES = "unsubscribes"
    REPLIES = "replies"
    SUCCESS = "success"
    DURATION = "duration"
    """Of a mission in its active stages."""
    TASK_FAILURES = "task_failures"
    TASK_TIME = "task_time"
    COST = "cost"
    """Of a message sent, with all that led to it."""
    REPUTATION = "reputation"
    QUEUE_AGE = "queue_age"

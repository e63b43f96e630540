"""The queues that carry nudges: a message on one means only that looking now is worth while."""

from enum import StrEnum

LONGEST_DELAY_SECONDS = 900
"""What SQS allows."""


class Queue(StrEnum):
    """One per worker."""

    SCHEDULE = "schedule"
    TASKS = "tasks"
    SEND = "send"
    INBOXES = "inboxes"
    BUS = "bus"
    METRICS = "metrics"

"""Takes a harmed domain out of service and puts a healthy one in its place."""

from rex.domain.agents.reputation_tracker import needs_rotation
from rex.domain.tasks import TaskCommand, TaskContext, TaskResult


def coordinate_rotation(context: TaskContext) -> TaskResult:
    """Whether the domain is replaced; by which one the three tiers say."""
    if context.domain is None or not needs_rotation(context.domain):
        return TaskResult(output={"replaced": False})
    return TaskResult(commands=(TaskCommand.REPLACE_DOMAIN,), output={"replaced": True})

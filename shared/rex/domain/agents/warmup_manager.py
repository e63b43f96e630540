"""Lets the ramp of the domains begin that take over."""

from rex.domain.tasks import TaskCommand, TaskContext, TaskResult


def manage_warmup(context: TaskContext) -> TaskResult:
    """Nothing to do where no new domain took over."""
    replacements = context.domain.replacements if context.domain else ()
    return TaskResult(commands=(TaskCommand.START_WARMUP,) if replacements else (), output={"domains": len(replacements)})

"""The agents that can work: each looks at a task's context and answers, the same each time, with no effect of its own."""

from collections.abc import Callable

from rex.domain.agents.compliance import comply
from rex.domain.agents.quality_control import control_quality
from rex.domain.agents.reputation_tracker import track_reputation
from rex.domain.agents.researcher import research
from rex.domain.agents.rotation_coordinator import coordinate_rotation
from rex.domain.agents.warmup_manager import manage_warmup
from rex.domain.agents.writer import write
from rex.domain.tasks import AgentUnknown, TaskContext, TaskResult

AGENTS: dict[str, Callable[[TaskContext], TaskResult]] = {
    "researcher": research,
    "writer": write,
    "compliance": comply,
    "quality_control": control_quality,
    "reputation_tracker": track_reputation,
    "rotation_coordinator": coordinate_rotation,
    "warmup_manager": manage_warmup,
}


def run_agent(context: TaskContext) -> TaskResult:
    """The answer of the task's agent; raises AgentUnknown."""
    agent = AGENTS.get(context.task.agent)
    if agent is None:
        raise AgentUnknown(context.task.agent)
    return agent(context)

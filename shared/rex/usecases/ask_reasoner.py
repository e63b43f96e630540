"""Decide about a failure no rule knows: take budget, ask the reasoner, settle, and leave it to a person whenever that does not work."""

from collections.abc import Callable

from rex.domain.actions import Decision
from rex.domain.commands import Machinery
from rex.domain.reasoning import Question, Quotes, Reasoner, Reply, decide_without, judge, pose
from rex.domain.subjects import FailedMission
from rex.errors import RexError


def ask_reasoner(
    mission: FailedMission, *, machinery: Machinery, reasoner: Reasoner, log_unsettled: Callable[[str, RexError], None]
) -> Decision:
    """The reasoner's decision, or the safe one with the code of why there is none; never raises for what the reasoner does.

    A call that cannot be settled stays as it was reserved; its answer, which was paid for, counts all the same.
    """
    if not reasoner.has_key():
        return decide_without(mission, "llm_no_key")
    question = pose(mission, Quotes.model_validate(machinery.call("rex_quote_failure", p_mission_id=str(mission.mission_id))))
    taken = _take_budget(mission, question, machinery, reasoner)
    if not taken["granted"]:
        return decide_without(mission, taken["code"])
    reply = reasoner.ask(question)
    decision = judge(mission, reply)
    try:
        _settle(taken["call_id"], reply, decision, machinery, reasoner)
    except RexError as error:
        log_unsettled(taken["call_id"], error)
    return decision


def _take_budget(mission: FailedMission, question: Question, machinery: Machinery, reasoner: Reasoner) -> dict[str, str]:
    """The most the call can use, reserved."""
    most_in, most_out = question.most_input_tokens, question.most_output_tokens
    taken: dict[str, str] = machinery.command(
        "rex_take_llm_budget",
        p_user_id=str(mission.user_id),
        p_mission_id=str(mission.mission_id),
        p_tokens=most_in + most_out,
        p_micros=reasoner.price.micros(most_in, most_out),
    )
    return taken


def _settle(call_id: str, reply: Reply, decision: Decision, machinery: Machinery, reasoner: Reasoner) -> None:
    """What it really used; what nobody knows stays reserved."""
    known = reply.input_tokens is not None and reply.output_tokens is not None
    machinery.command(
        "rex_settle_llm_budget",
        p_call_id=call_id,
        p_code=decision.reason,
        p_tokens=(reply.input_tokens or 0) + (reply.output_tokens or 0) if known else None,
        p_micros=reasoner.price.micros(reply.input_tokens or 0, reply.output_tokens or 0) if known else None,
    )

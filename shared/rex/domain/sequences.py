"""Every message of a channel once and in order, from broadcasts that may be lost, late or repeated.

`functions/command_center/web/src/live/sequences.ts` is the same in TypeScript.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Envelope = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is next: messages for the application, and the number of the last one it then knows.

    `behind`: there is more to read. `afresh`: messages are gone for good, so what the application knows must be loaded anew.
    """

    last: int
    messages: Sequence[Envelope] = ()
    behind: bool = False
    afresh: bool = False


def take_broadcast(last: int, payload: Mapping[str, Any]) -> Step:
    """What a broadcast `{first, last, messages}` adds for someone who knows all up to `last`."""
    first, newest, messages = payload["first"], payload["last"], payload.get("messages")
    if newest <= last:
        return Step(last=last)
    if messages is None or first > last + 1:
        return Step(last=last, behind=True)
    return Step(last=newest, messages=[message for message in messages if message["seq"] > last])


def take_page(last: int | None, page: Mapping[str, Any]) -> Step:
    """What an answer `{last, messages}` of `rex_read_messages` adds; None knows nothing and begins with what comes now."""
    newest, messages = page["last"], page["messages"]
    if last is None:
        return Step(last=newest)
    pruned = newest > last and (not messages or messages[0]["seq"] > last + 1)
    if pruned or newest < last:
        return Step(last=newest, afresh=True)
    reached = messages[-1]["seq"] if messages else last
    return Step(last=reached, messages=messages, behind=reached < newest)

"""The protocol's two framings: JSON objects (1.0.0), and JSON arrays with binary broadcasts (2.0.0)."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PREFIX = "realtime:"
_CLIENT_PUSH, _SERVER_BROADCAST = 3, 4
_BINARY, _JSON = 0, 1
_LONGEST = 255


class Version(StrEnum):
    """What a client asks for as `vsn`."""

    OBJECTS = "1.0.0"
    ARRAYS = "2.0.0"


class FrameWrong(ValueError):
    """A client sent what neither framing knows."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One message of a client, or one to it."""

    topic: str
    event: str
    payload: dict[str, Any]
    ref: str | None = None
    join_ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """What all who joined a topic receive; the payload is JSON text unless it is `binary`."""

    event: str
    payload: bytes
    binary: bool = False
    id: str | None = None
    replayed: bool = False

    @property
    def meta(self) -> dict[str, Any]:
        known = {"id": self.id} if self.id else {}
        return known | ({"replayed": True} if self.replayed else {})


def decode(version: Version, data: str | bytes) -> Frame:
    """Raises FrameWrong."""
    try:
        if isinstance(data, bytes):
            return _decode_push(data)
        content = json.loads(data)
        if version is Version.ARRAYS:
            join_ref, ref, topic, event, payload = content
        else:
            join_ref, ref, topic, event, payload = (content.get(name) for name in ("join_ref", "ref", "topic", "event", "payload"))
        return Frame(topic=_text(topic), event=_text(event), payload=_object(payload), ref=ref, join_ref=join_ref)
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        message = f"neither framing has this: {error}"
        raise FrameWrong(message) from error


def broadcast_of(payload: dict[str, Any]) -> Broadcast:
    """What a client wants to send. Raises FrameWrong."""
    event, content = payload.get("event"), payload.get("payload", {})
    if not isinstance(event, str):
        message = "a broadcast has an event"
        raise FrameWrong(message)
    if isinstance(content, bytes):
        return Broadcast(event=event, payload=content, binary=True)
    return Broadcast(event=event, payload=json.dumps(content).encode())


def encode(version: Version, frame: Frame) -> str:
    """A frame that is no broadcast."""
    if version is Version.ARRAYS:
        return json.dumps([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])
    return json.dumps({"topic": frame.topic, "event": frame.event, "payload": frame.payload, "ref": frame.ref})


def encode_broadcast(version: Version, topic: str, said: Broadcast) -> str | bytes | None:
    """None when this framing cannot carry it."""
    if version is Version.ARRAYS:
        header = [part.encode() for part in (topic, said.event, json.dumps(said.meta) if said.meta else "")]
        if max(map(len, header)) <= _LONGEST:
            sizes = bytes([_SERVER_BROADCAST, *map(len, header), _BINARY if said.binary else _JSON])
            return b"".join((sizes, *header, said.payload))
    if said.binary:
        return None
    meta = f',"meta":{json.dumps(said.meta)}' if said.meta else ""
    payload = f'{{"type":"broadcast","event":{json.dumps(said.event)},"payload":{said.payload.decode()}{meta}}}'
    if version is Version.ARRAYS:
        return f'[null,null,{json.dumps(topic)},"broadcast",{payload}]'
    return f'{{"topic":{json.dumps(topic)},"event":"broadcast","payload":{payload},"ref":null}}'


def _decode_push(data: bytes) -> Frame:
    kind, *sizes, encoding = data[:7]
    if kind != _CLIENT_PUSH or len(data) < 7 + sum(sizes):
        message = f"a binary frame of kind {kind} and {len(data)} bytes"
        raise FrameWrong(message)
    parts, offset = [], 7
    for size in sizes:
        parts.append(data[offset : offset + size].decode())
        offset += size
    join_ref, ref, topic, event, _metadata = parts
    content = json.loads(data[offset:]) if encoding == _JSON else data[offset:]
    payload = {"type": "broadcast", "event": event, "payload": content}
    return Frame(topic=topic, event="broadcast", payload=payload, ref=ref or None, join_ref=join_ref or None)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        message = f"{value!r} is no text"
        raise FrameWrong(message)
    return value


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

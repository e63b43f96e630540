"""Bar charts as PNG, by the standard library alone: mail clients show no SVG."""

import struct
import zlib
from collections.abc import Sequence

type Color = tuple[int, int, int]

WIDTH, HEIGHT, MARGIN = 640, 160, 8
WHITE, LINE = (255, 255, 255), (203, 213, 225)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def draw_bars(series: Sequence[tuple[Sequence[int], Color]]) -> bytes:
    """Each series in its color, side by side in groups, on one scale."""
    rows = [bytearray(bytes(WHITE) * WIDTH) for _ in range(HEIGHT)]
    most = max((value for values, _ in series for value in values), default=0) or 1
    groups = max((len(values) for values, _ in series), default=0) or 1
    room = (WIDTH - 2 * MARGIN) / groups
    bar = max(1, int(room * 0.8 / len(series)))
    for nth, (values, color) in enumerate(series):
        for group, value in enumerate(values):
            left = MARGIN + int(group * room) + nth * bar
            _fill(rows, left, left + bar, round(value / most * (HEIGHT - 2 * MARGIN)), color)
    rows[HEIGHT - MARGIN][:] = bytes(LINE) * WIDTH
    return _png(rows)


def _fill(rows: list[bytearray], left: int, right: int, height: int, color: Color) -> None:
    for row in rows[HEIGHT - MARGIN - height : HEIGHT - MARGIN]:
        row[3 * left : 3 * right] = bytes(color) * (right - left)


def _png(rows: Sequence[bytearray]) -> bytes:
    """8 bits of red, green and blue, unfiltered."""
    header = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 2, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

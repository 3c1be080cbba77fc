"""The sample wire's pictures, drawn here: flat scenes of a few colours, written as PNG."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache

WIDTH, HEIGHT = 960, 540
Colour = tuple[int, int, int]


@cache
def png(name: str) -> bytes:
    """The picture `name` as a PNG of 960 × 540 pixels. Raises KeyError for an unknown one."""
    scene = SCENES[name]
    rows = b"".join(b"\0" + scene(y) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def _plain(colour: Colour) -> bytearray:
    """A row of pixels in one colour, for the functions below to paint on."""
    return bytearray(bytes(colour) * WIDTH)


def _between(low: Colour, high: Colour, part: float) -> Colour:
    part = max(0.0, min(1.0, part))
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(low, high, strict=True))
    return red, green, blue


def _over(row: bytearray, start: float, end: float, colour: Colour) -> None:
    """Paints `row` with `colour` from `start` to `end`."""
    first, last = max(0, round(start)), min(WIDTH, round(end))
    if first < last:
        row[first * 3 : last * 3] = bytes(colour) * (last - first)


def _disc(row: bytearray, y: int, at: tuple[int, int], radius: int, colour: Colour) -> None:
    height = radius**2 - (y - at[1]) ** 2
    if height > 0:
        half = math.sqrt(height)
        _over(row, at[0] - half, at[0] + half, colour)


def _harbour(y: int) -> bytearray:
    """Dusk over water, a low sun and its light, two boats."""
    horizon, sun = 330, (640, 300)
    if y < horizon:
        row = _plain(_between((38, 54, 92), (244, 176, 122), (y / horizon) ** 1.5))
        _disc(row, y, sun, 62, (255, 226, 170))
        far = 300 + 14 * math.sin(y / 9)
        if y > 308:
            _over(row, 0, far - (horizon - y) * 4, (86, 84, 112))
    else:
        depth = (y - horizon) / (HEIGHT - horizon)
        row = _plain(_between((196, 142, 122), (28, 42, 74), depth**0.6))
        if (y // 6) % 2 == 0:
            half = 60 * (1 - depth) + 26 * math.sin(y * 1.7) * depth
            _over(row, sun[0] - half, sun[0] + half, (250, 206, 150))
    for x, size, keel in ((220, 1.0, 372), (400, 0.55, 348)):
        _boat(row, y, x, size, keel)
    return row


def _boat(row: bytearray, y: int, x: int, size: float, keel: int) -> None:
    rise = (keel - y) / size
    dark = (24, 28, 46)
    if 0 <= rise < 22:
        _over(row, x - (62 + rise) * size, x + (62 + rise * 1.4) * size, dark)
    if 22 <= rise < 46:
        _over(row, x - 40 * size, x + 18 * size, dark)
        if 30 <= rise < 38:
            for window in (-30, -12, 4):
                _over(row, x + window * size, x + (window + 9) * size, (250, 206, 150))
    if 46 <= rise < 120:
        _over(row, x - 2 * size, x + 2 * size, dark)


def _hills(y: int) -> bytearray:
    """Six ridges, each darker than the one behind it."""
    row = _plain(_between((214, 226, 236), (250, 224, 196), y / 300))
    _disc(row, y, (250, 150), 44, (255, 246, 224))
    for ridge in range(6):
        colour = _between((170, 188, 204), (22, 48, 52), ridge / 5)
        top, wave = 190 + ridge * 58, 62 - ridge * 5
        start = None
        for x in range(0, WIDTH + 4, 4):
            height = (
                top
                - wave * math.sin(x / (150 - ridge * 12) + ridge * 2.1)
                - wave * 0.4 * math.sin(x / 47 + ridge * 5)
            )
            if y >= height and start is None:
                start = x
            elif y < height and start is not None:
                _over(row, start, x, colour)
                start = None
        if start is not None:
            _over(row, start, WIDTH, colour)
    return row


def _market(y: int) -> bytearray:
    """A line over a faint grid, and the ground below it."""
    row = _plain((246, 244, 238) if y % 90 else (222, 218, 208))
    for x in range(0, WIDTH, 4):
        line = (
            330
            - x * 0.19
            + 46 * math.sin(x / 120)
            + 18 * math.sin(x / 41 + 1)
            + 7 * math.sin(x / 13)
        )
        if y >= line + 4:
            _over(row, x, x + 4, (214, 228, 222) if y % 90 else (196, 214, 206))
        elif y >= line - 4:
            _over(row, x, x + 4, (24, 104, 92))
    return row


def _ground(y: int) -> bytearray:
    """A cricket ground from the pavilion end: mown stripes, the pitch, the rope."""
    if y < 150:
        row = _plain(_between((150, 196, 226), (228, 238, 240), y / 150))
        for x in range(0, WIDTH, 60):
            if y > 118 - 18 * math.sin(x / 90) - 10 * math.sin(x * 1.3):
                _over(row, x, x + 60, (74, 112, 82))
        return row
    depth = (y - 150) / (HEIGHT - 150)
    row = _plain((92, 146, 76))
    wide = 44 + 150 * depth
    for stripe in range(-13, 14, 2):
        _over(row, 480 + (stripe - 1) * wide, 480 + stripe * wide, (104, 160, 84))
    if 0.28 < depth < 0.8:
        half = 16 + 44 * depth
        _over(row, 480 - half, 480 + half, (206, 186, 140))
    rope = ((y - 330) / 170) ** 2
    if rope < 1:
        half = 560 * math.sqrt(1 - rope)
        for side in (-1, 1):
            _over(row, 480 + side * half - 3, 480 + side * half + 3, (250, 250, 244))
    return row


def _mangrove(y: int) -> bytearray:
    """Trunks and stilt roots over wet mud."""
    if y < 300:
        row = _plain(_between((206, 222, 214), (238, 232, 212), y / 300))
    else:
        shine = 0.5 + 0.5 * math.sin(y / 5)
        row = _plain(_between((132, 120, 104), (164, 156, 142), shine * (y - 300) / 240))
    for x in range(40, WIDTH, 118):
        foot = 330 + (x * 37) % 110
        size = 0.7 + (foot - 330) / 160
        bark = _between((92, 104, 92), (40, 50, 44), size - 0.7)
        if 120 < y < foot - 60 * size:
            _over(row, x - 5 * size, x + 5 * size, bark)
        elif foot - 60 * size <= y < foot:
            spread = max(0.0, y - foot + 60 * size) ** 1.12 / 1.2
            for root in (-1.0, -0.5, 0.0, 0.5, 1.0):
                middle = x + root * spread
                _over(row, middle - 2.4 * size, middle + 2.4 * size, bark)
        for leaf in range(5):
            at = (x - 52 + leaf * 26, 96 + (leaf * 67 + x * 13) % 64)
            _disc(row, y, at, round(34 * size), _between((120, 152, 112), (52, 92, 66), size))
    return row


SCENES: dict[str, Callable[[int], bytearray]] = {
    "harbour": _harbour,
    "hills": _hills,
    "market": _market,
    "ground": _ground,
    "mangrove": _mangrove,
}

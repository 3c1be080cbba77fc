"""The size of a logo, and what an SVG may not contain."""

from __future__ import annotations

import re
import struct

_ACTIVE = re.compile(
    rb"<(?:[^\s<>/]+:)?(?:script|foreignobject|iframe)\b|<!entity|<!doctype|\son[a-z]+\s*=|javascript:"
    rb"|(?:href|src)\s*=\s*['\"]\s*(?!#|data:image/(?:png|jpeg|webp))|@import|url\(\s*['\"]?(?!#)",
    re.IGNORECASE,
)
_ROOT = re.compile(rb"<svg\b[^>]*>", re.IGNORECASE)


def wrong_svg(data: bytes) -> str:
    """Why a drawing can't be served, or "". Opened by itself it is a page of the site, so it may
    neither run nor load anything."""
    if not _ROOT.search(data):
        return "is not an SVG"
    found = _ACTIVE.search(data)
    if found:
        shown = found[0].decode("ascii", "replace").strip()
        return f"has {shown!r}: a drawing may neither run nor load anything"
    return ""


def size_of(data: bytes, type: str) -> tuple[int, int] | None:
    """(width, height) in pixels of a PNG, or of an SVG that says it."""
    if type == "image/png" and data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    root = _ROOT.search(data) if type == "image/svg+xml" else None
    if not root:
        return None
    sides = [_number(root[0], name) for name in (b"width", b"height")]
    if not all(sides):
        box = re.search(rb"viewBox\s*=\s*['\"]([^'\"]*)['\"]", root[0])
        parts = re.findall(rb"-?[\d.]+", box[1]) if box else []
        sides = [float(part) for part in parts[2:4]] if len(parts) == 4 else []
    if len(sides) != 2 or min(sides) < 1:
        return None
    return round(sides[0]), round(sides[1])


def _number(root: bytes, name: bytes) -> float:
    found = re.search(rb"\s" + name + rb"\s*=\s*['\"]\s*([\d.]+)(?:px)?\s*['\"]", root)
    return float(found[1]) if found else 0.0

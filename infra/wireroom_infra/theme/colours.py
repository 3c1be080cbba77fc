"""A theme's colours: contrast by WCAG 2.2, and the CSS custom properties that they become.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

PAPER, INK, ACCENT = COLOURS = ("paper", "ink", "accent")
LEAST = 4.5  # contrast of text with what it stands on: WCAG 2.2, 1.4.3, level AA
# Those of the built-in stylesheet, where a theme has none.
BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "light": {PAPER: "#fffdf9", INK: "#1a1814", ACCENT: "#96231b"},
    "dark": {PAPER: "#15140f", INK: "#ebe6da", ACCENT: "#f0988c"},
}
# Share of the ink in the colours between ink and paper.
LINE, TINT, RULE_IN_THE_DARK = 0.16, 0.06, 0.55
SOFT = (0.66, 0.72, 0.78, 0.84, 0.9, 1.0)  # the first with enough contrast on tint and paper
FORM = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)

Rgb = tuple[float, float, float]


def rgb(colour: str) -> Rgb:
    """`#rgb` or `#rrggbb` as three numbers from 0 to 255."""
    digits = colour.removeprefix("#")
    pairs = [c * 2 for c in digits] if len(digits) == 3 else re.findall("..", digits)
    red, green, blue = (float(int(pair, 16)) for pair in pairs)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    light, dark = sorted((_luminance(rgb(one)), _luminance(rgb(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    def linear(value: float) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(one: str, other: str, share: float) -> str:
    """The colour between two, with `share` of the first."""
    parts = (share * a + (1 - share) * b for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def low_contrast(scheme: str, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(key, what is wrong) for text that would be hard to read. `scheme`: light or dark; `given`:
    the colours that the theme sets."""
    if not given:
        return
    all_ = {**BUILT_IN[scheme], **given}
    for name in (INK, ACCENT):
        found = contrast(all_[name], all_[PAPER])
        if found < LEAST:
            key = name if name in given else PAPER
            yield (
                key,
                f"{name} {all_[name]} on paper {all_[PAPER]} has a contrast of {found:.2f} : 1;"
                f" text needs {LEAST} : 1 (WCAG AA)",
            )


def properties(scheme: str, given: Mapping[str, str]) -> dict[str, str]:
    """CSS custom property → value. Without paper and ink of the theme's own only its accent."""
    if not given:
        return {}
    all_ = {**BUILT_IN[scheme], **given}
    ink, paper = all_[INK], all_[PAPER]
    found = {f"--{name}": colour.lower() for name, colour in given.items()}
    if PAPER in given or INK in given:
        tint = mixed(ink, paper, TINT)
        shades = [mixed(ink, paper, share) for share in SOFT]
        found |= {
            "--soft": next((each for each in shades if contrast(each, tint) >= LEAST), ink),
            "--line": mixed(ink, paper, LINE),
            "--rule": ink if scheme == "light" else mixed(ink, paper, RULE_IN_THE_DARK),
            "--tint": tint,
        }
    return found


def stylesheet(schemes: Mapping[str, Mapping[str, str]]) -> str:
    """The rules that set the colours on screens; what is printed stays black on white."""
    rules = ""
    for scheme, media in (
        ("light", "screen"),
        ("dark", "screen and (prefers-color-scheme: dark)"),
    ):
        found = properties(scheme, schemes.get(scheme, {}))
        if found:
            body = " ".join(f"{name}: {value};" for name, value in found.items())
            rules += f"@media {media} {{ :root {{ {body} }} }}\n"
    return rules

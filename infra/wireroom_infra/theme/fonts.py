"""The type of a theme: stacks of fonts that systems have, and files of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

_SCRIPTS = '"Noto Serif Devanagari", "Noto Naskh Arabic"'
_SANS_SCRIPTS = '"Noto Sans Devanagari", "Noto Sans Arabic"'
STACKS: Mapping[str, str] = {
    "palatino": '"Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", Charter,'
    f' Georgia, "Noto Serif", "Liberation Serif", {_SCRIPTS}, serif',
    "charter": f'Charter, "Bitstream Charter", Cambria, "Noto Serif", {_SCRIPTS}, serif',
    "georgia": f'Georgia, Gelasio, "Noto Serif", {_SCRIPTS}, serif',
    "times": f'"Times New Roman", Times, Tinos, "Liberation Serif", {_SCRIPTS}, serif',
    "rockwell": f'Rockwell, "Rockwell Nova", "Roboto Slab", "DejaVu Serif", {_SCRIPTS}, serif',
    "system": f'system-ui, "Noto Sans", "Liberation Sans", {_SANS_SCRIPTS}, sans-serif',
    "helvetica": f'"Helvetica Neue", Helvetica, Arial, {_SANS_SCRIPTS}, sans-serif',
    "verdana": f'Verdana, "DejaVu Sans", {_SANS_SCRIPTS}, sans-serif',
    "optima": f'Optima, Candara, "Noto Sans", {_SANS_SCRIPTS}, sans-serif',
    "futura": f'Futura, "Century Gothic", "URW Gothic", {_SANS_SCRIPTS}, sans-serif',
}


class Font(Struct, frozen=True, kw_only=True):
    """A font of the theme's own. `file`: its name in the theme's assets. `weight`: one, or a range
    such as `400 700`."""

    name: str
    file: str
    weight: str = "400"
    style: str = "normal"


def faces(fonts: Iterable[Font], paths: Mapping[str, str]) -> str:
    """The rules that load them. `paths`: file → its address on the site.

    `optional`: a font that has not come at once is not shown on this page, as a change of fonts
    while somebody reads moves the text.
    """
    return "".join(
        f'@font-face {{ font-family: "{font.name}"; font-weight: {font.weight};'
        f" font-style: {font.style}; font-display: optional;"
        f' src: url("{paths[font.file]}") format("woff2"); }}\n'
        for font in fonts
        if font.file in paths
    )


def stylesheet(text: str, headings: str, interface: str, own: Iterable[Font]) -> str:
    """The rules that use fonts: each a key of STACKS, the name of one of `own`, or "" for the
    built-in one."""
    names = {font.name for font in own}

    def family(chosen: str, fallback: str) -> str:
        return f'"{chosen}", {STACKS[fallback]}' if chosen in names else STACKS[chosen]

    rules = ""
    if text:
        rules += f":root {{ --serif: {family(text, 'palatino')}; }}\n"
    if interface:
        rules += f":root {{ --sans: {family(interface, 'system')}; }}\n"
    if headings:
        chosen = family(headings, "palatino")
        rules += f":is(h1, h2, h3, h4, .nameplate, .colophon p) {{ font-family: {chosen}; }}\n"
    return rules

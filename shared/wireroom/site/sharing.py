"""Links that share a story: addresses only, so nobody learns who reads it until one is followed."""

from __future__ import annotations

from urllib.parse import quote

from wireroom.markup.characters import cut

LONGEST = 120  # characters of a headline in the address of a link


def links(headline: str, address: str) -> list[tuple[str, str]]:
    """(name, address) of each link; the name "" is mail. `address`: the story's, in full."""
    title, url = _quoted(cut(headline, LONGEST)), _quoted(address)
    return [
        ("", f"mailto:?subject={title}&body={url}"),
        ("WhatsApp", f"https://wa.me/?text={title}%20{url}"),
        ("X", f"https://x.com/intent/post?text={title}&url={url}"),
        ("Facebook", f"https://www.facebook.com/sharer/sharer.php?u={url}"),
        ("Telegram", f"https://t.me/share/url?url={url}&text={title}"),
    ]


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="ignore")  # no lone surrogates, which no address can carry

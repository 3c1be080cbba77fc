"""Bytes of a text message → text. These formats can't say which encoding they are in.

What HTTP declared counts first, unless the bytes are valid UTF-8 and no ASCII, as text of another
encoding is hardly ever that by chance. Without a declaration the bytes decide: UTF-8, ISO 6937
where its floating accents stand inside words as no other encoding would have them, and
windows-1252, which has all of ISO 8859-1.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

# https://www.itu.int/rec/T-REC-T.51 (ISO 6937): an accent stands before its letter.
_ACCENTS = dict(
    zip(
        [*range(0xC1, 0xC9), 0xCA, 0xCB, 0xCD, 0xCE, 0xCF],
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u0327\u030b\u0328\u030c",
        strict=True,
    )
)
_SIGNS = dict(
    zip(
        range(0xA0, 0xC0),
        "\xa0¡¢£$¥#§¤‘“«←↑→↓°±²³×µ¶·÷’”»¼½¾¿",
        strict=True,
    )
) | dict(
    zip(
        range(0xD0, 0x100),
        "―¹®©™♪¬¦\ufffd\ufffd\ufffd\ufffd⅛⅜⅝⅞ΩÆĐªĦ\ufffdĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ\xad",
        strict=True,
    )
)
_FLOATING = re.compile(rb"(?<=[A-Za-z])[\xc1-\xc8\xca\xcb\xcd-\xcf](?=[a-z])")
_LATIN = re.compile(rb"(?<=[A-Za-z])[\xe0-\xff](?=[a-z])")
_SEEN = 200_000  # bytes that are looked at to tell the two apart


def decoded(document: bytes, charset: str = "") -> str:
    """`document` as text. `charset`: what HTTP declared, or "". Never raises: a byte that the
    encoding does not have becomes U+FFFD."""
    if document.startswith(codecs.BOM_UTF8):
        return document[3:].decode("utf-8", "replace")
    if not document.isascii():
        try:
            return document.decode("utf-8")
        except UnicodeDecodeError:
            pass
    name = charset.replace("_", "-").lower()
    if name in ("iso-6937", "iso6937", "t.51", "iso-6937-2-add"):
        return _iso6937(document)
    if name and (found := _declared(document, name)) is not None:
        return found
    head = document[:_SEEN]
    if len(_FLOATING.findall(head)) > len(_LATIN.findall(head)):
        return _iso6937(document)
    return _cp1252(document)


def _declared(document: bytes, name: str) -> str | None:
    """`document` in the encoding `name`; None if there is no such encoding of text, if it does not
    fit, or if it is a name that servers give by default and the bytes decide better."""
    try:
        codec = codecs.lookup(name)
        if not codec._is_text_encoding or codec.name in ("utf-7", "utf-8", "ascii", "iso8859-1"):
            return None
        if codec.name == "cp1252":
            return _cp1252(document)
        if not codec.name.startswith(("iso8859", "cp", "koi8", "mac", "utf-16")):
            return None
        return document.decode(name)
    except (LookupError, UnicodeError):
        return None


def _cp1252(document: bytes) -> str:
    try:
        return document.decode("cp1252")
    except UnicodeDecodeError:
        return document.decode("latin-1")


def _iso6937(document: bytes) -> str:
    found: list[str] = []
    accent = ""
    for byte in document:
        if byte in _ACCENTS and not accent:
            accent = _ACCENTS[byte]
            continue
        character = chr(byte) if byte < 0x80 else _SIGNS.get(byte, "\ufffd")
        if accent:
            character = unicodedata.normalize("NFC", character + accent)
            accent = ""
        found.append(character)
    return "".join(found)

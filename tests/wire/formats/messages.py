"""Messages of agencies' text formats, made for tests."""

from __future__ import annotations

from textwrap import fill

SOH, STX, ETX, EOT, US, SYN = "\x01", "\x02", "\x03", "\x04", "\x1f", "\x16"


def iptc(
    number: int = 61,
    *,
    slug: str = "Region-dam/",
    above: str = "Dam gates to open on Tuesday =",
    text: str = "   Port Amrita (wire) - The gates open on Tuesday.",
    trailer: str = "112030 GMT Feb 26",
    head: str = "eca{:03} 4 i 61 wire 061",
    encoding: str = "utf-8",
) -> bytes:
    """One message of IPTC 7901."""
    lines = (f"{SOH}{head.format(number)}", "", slug, f"{STX}{above}", "", text, "")
    return ("\r\n".join(lines) + f"\r\n{ETX}{trailer}\r\n{EOT}\r\n").encode(encoding)


def anpa(
    number: int = 2870,
    *,
    slug: str = "BC-AM--Dam",
    version: str = "",
    above: tuple[str, ...] = ("Dam gates to open on Tuesday<", "By ASHA RAO=", "Wire Press="),
    text: str = "\t   PORT AMRITA (WP) _ The gates open on Tuesday.\n \n",
    day: str = "02-11",
    trailer: str = "WP-WF-02-11-26 2030GMT<",
) -> bytes:
    """One message of ANPA 1312."""
    beside = f",{version}" if version else ""
    marked = "".join(f"^{line}\n" for line in (f"{slug}{beside},466<", *above))
    return (
        f"{SYN}{SYN}{SOH}w{number:04}{US}asian\n"
        f"f i\x14\x12 {slug[:24]} {day} 0466\n{STX}{marked}{text}\n{ETX}\t   {trailer}\n{EOT}"
    ).encode()


def wrapped(paragraph: str, *, indent: str = "   ", width: int = 69) -> str:
    """A paragraph as agencies wrap it: the first line is indented."""
    return fill(paragraph, width, initial_indent=indent, break_long_words=False)

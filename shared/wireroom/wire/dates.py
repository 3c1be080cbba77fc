"""Dates as feeds write them → UTC: RFC 822, ISO 8601, other languages, zones that lack a number."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LONGEST = 100
# Hours from UTC. Some names are ambiguous (IST is used in three countries, CST in two). Each has
# the value that is most common in news feeds. RFC 822 itself knows only GMT and the American ones.
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "met": 1, "mest": 2,
    "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "sast": 2, "cat": 2, "eat": 3,
    "wat": 1, "msk": 3, "trt": 3, "irst": 3.5, "gst": 4, "aft": 4.5, "pkt": 5, "uzt": 5,
    "ist": 5.5, "slst": 5.5, "npt": 5.75, "bdt": 6, "mmt": 6.5, "ict": 7, "wib": 7, "wita": 8,
    "wit": 9, "sgt": 8, "myt": 8, "hkt": 8, "pht": 8, "awst": 8, "kst": 9, "jst": 9, "acst": 9.5,
    "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "ast": -4, "adt": -3, "nst": -3.5,
    "ndt": -2.5, "est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5, "ct": -6, "mst": -7,
    "mdt": -6, "mt": -7, "pst": -8, "pdt": -7, "pt": -8, "akst": -9, "akdt": -8, "hst": -10,
    "brt": -3, "art": -3, "clt": -4, "pet": -5, "cot": -5,
}  # fmt: skip

# Month names, in the order of the year. Their first three letters count too, if no other has them.
_MONTHS = """
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
jänner feber maerz april mai juni juli august sept oktober november dez
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
janv févr mar avr may jun juil aout sept oct nov decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago setiembre oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november desember
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
янв фев мар апр май июн июл авг сен окт ноя дек
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
januari februari maret april mei juni juli agustus september oktober november desember
जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
जन फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितम्बर अक्तूबर नवम्बर दिसम्बर
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
"""

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_TIME = (
    rf"(?:(?:[,T]|\s|at|um|à|-)*{_CLOCK}\s*(?:(?P<half>[ap]\.?m\.?)(?![a-z/]))?\s*"
    r"(?:\((?=[^\s()]+\)))?(?P<zone>[^\s()]{1,40})?.*)?"
)
_WEEKDAY = r"(?:[^\W\d]+\.?(?:,\s*|\s+))?"
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?[\s-]*(?:de\s+)?"
    rf"(?P<month>[^\W\d_][^\s\d,-]*)[\s,-]+(?:de\s+)?(?P<year>\d{{4}}|\d{{2}})\b{_TIME}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<month>[^\W\d_][^\s\d,-]*)\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}})\b{_TIME}",
    re.IGNORECASE,
)
# As C's asctime writes it, and Java's Date with a zone in it.
_YEAR_LAST = re.compile(
    rf"{_WEEKDAY}(?P<month>[^\W\d_][^\s\d,-]*)\s+(?P<day>\d{{1,2}}),?\s+{_CLOCK}"
    r"(?:\s*(?P<half>[ap]\.?m\.?))?(?:\s+(?P<zone>[^\s()]{1,40}))?\s+(?P<year>\d{4})",
    re.IGNORECASE,
)
_ISO = re.compile(
    rf"{_WEEKDAY}(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}",
    re.IGNORECASE,
)
# With dots the day comes first everywhere. With slashes or hyphens that depends on the country, so
# such a date is read only if one of the numbers can't be a month, or if both are the same.
_NUMBERS = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?P<mark>[./-])(?P<month>\d{{1,2}})(?P=mark)"
    rf"(?P<year>\d{{4}}){_TIME}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?")  # 20260211090000
_EPOCH = re.compile(r"(1\d{9})(\d{3})?")  # seconds, or milliseconds, since 1970
_OFFSET = re.compile(r"(?:gmt|utc)?\s*([+-])(\d{2}|\d)[:.]?(\d{2})?(?!\d)")
_DOT_IN_OFFSET = re.compile(r"([+-]\d\d)\.(\d\d)$")
_DAY_AND_ZONE = re.compile(r"([^:]*\d)\s+([A-Za-z]{1,5}|[+-]\d\d:?\d\d)")  # 11 Feb 2026 GMT


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for line in _MONTHS.split("\n"):
        for number, name in enumerate(line.split(), 1):
            names.setdefault(name, number)
    for name, number in list(names.items()):
        short = name[:3]
        if len({other for n, other in names.items() if n.startswith(short)}) == 1:
            names.setdefault(short, number)
    # English wins where three letters are ambiguous ("jun", "mar").
    english = _MONTHS.split("\n")[1].split()
    return names | {name[:3]: number for number, name in enumerate(english, 1)}


def moment(value: str) -> datetime | None:
    """`value` in UTC, or None if it can't be read or is not between 1970 and 2200.

    A date without a zone is in UTC, like RFC 822's "-0000". 24:00 is 0:00 of the next day, and a
    60th second is the next minute.
    """
    value = value.strip()
    if not value or len(value) > _LONGEST:
        return None
    value = _DOT_IN_OFFSET.sub(r"\1:\2", value)
    alone = _DAY_AND_ZONE.fullmatch(value)
    if alone and (alone[2].lower() in _ZONES or not alone[2].isalpha()):
        value = f"{alone[1]} 00:00 {alone[2]}"
    for read in (_digits, _iso, _written, _as_feedparser):
        try:
            found = read(value)
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return found if 1970 <= found.year < 2200 else None
    return None


def of_publication(value: str) -> datetime | None:
    """As `moment`, but None for the first day of 1970, which is the zero of a computer's clock."""
    found = moment(value)
    return found if found and found >= datetime(1970, 1, 2, tzinfo=UTC) else None


def _digits(value: str) -> datetime | None:
    if parts := _DIGITS.fullmatch(value):
        year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if parts := _EPOCH.fullmatch(value):
        return datetime.fromtimestamp(int(parts[1]), UTC)
    return None


def _iso(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        if parts := _ISO.fullmatch(value):
            return _built(parts, int(parts["month"]))
        return _numbers(value)
    if len(value) < 8:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _numbers(value: str) -> datetime | None:
    parts = _NUMBERS.fullmatch(value)
    if parts is None:
        return None
    day, month = int(parts["day"]), int(parts["month"])
    if parts["mark"] != "." and day <= 12 and month <= 12 and day != month:
        return None
    if parts["mark"] != "." and month > 12:
        day, month = month, day
    return _built(parts, month, day)


def _written(value: str) -> datetime | None:
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _YEAR_LAST):
        parts = pattern.fullmatch(value)
        month = _months().get(parts["month"].lower().rstrip(".")) if parts else None
        if parts and month:
            return _built(parts, month)
    return None


def _built(parts: re.Match[str], month: int, day: int | None = None) -> datetime:
    year = int(parts["year"])
    if year < 100:
        year += 1900 if year >= 90 else 2000
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts["half"] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(parts[0])
    midnight = datetime(year, month, day or int(parts["day"]), tzinfo=_zone(parts["zone"] or ""))
    return (midnight + timedelta(hours=hour, minutes=minute, seconds=second)).astimezone(UTC)


def _zone(name: str) -> tzinfo:
    if re.fullmatch(r"[A-Z][A-Za-z]{2,14}/[A-Z][A-Za-z_]{2,20}", name):
        with contextlib.suppress(ZoneInfoNotFoundError):
            return ZoneInfo(name)
    name = name.lower()
    if found := _OFFSET.match(name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes > 14 * 60:
            return UTC
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    return timezone(timedelta(hours=_ZONES.get(name.strip(".,;"), 0)))


def _as_feedparser(value: str) -> datetime | None:
    """Further forms that feedparser knows: Greek, Hungarian, Korean …

    Not all of its handlers: those for ISO 8601 fill in today's date, and read 25:00 as 01:00.
    """
    from feedparser.datetimes import (  # noqa: PLC0415 - heavy, and seldom needed
        greek,
        hungarian,
        korean,
        rfc822,
    )

    for read in (
        rfc822._parse_date_rfc822,
        greek._parse_date_greek,
        hungarian._parse_date_hungarian,
        korean._parse_date_onblog,
        korean._parse_date_nate,
    ):
        try:
            found: Any = read(value)
        except (KeyError, OverflowError, ValueError, AttributeError, TypeError):
            continue
        if found:
            year, month, day, hour, minute, second = found[:6]
            return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return None

"""Days and dates as readers of one site see them: in its time zone and its language."""

from __future__ import annotations

from calendar import Calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from wireroom.model import Site

if TYPE_CHECKING:
    from babel import Locale


def day_of(moment: datetime, timezone: str) -> str:
    """The ISO date (`2026-02-11`) of an aware `moment` in `timezone`, an IANA name."""
    return moment.astimezone(ZoneInfo(timezone)).date().isoformat()


def bounds(day: str, timezone: str) -> tuple[datetime, datetime]:
    """The UTC times at which the local `day` (ISO date) and the next day start.

    The day of a clock change has 23 or 25 hours. Where midnight is skipped, the day starts at the
    change; where midnight comes twice, at the first one (PEP 495, fold=0). Raises ValueError if
    `day` is not an ISO date.
    """
    zone = ZoneInfo(timezone)
    first = date.fromisoformat(day)
    start, end = (
        datetime.combine(each, time.min, tzinfo=zone).astimezone(UTC)
        for each in (first, first + timedelta(days=1))
    )
    return start, end


def moment_of(local: datetime, timezone: str) -> datetime:
    """The moment at which clocks in `timezone` show `local`, a time without a zone; of two, the
    first. Raises ValueError for one that the clocks go forward past."""
    moment = local.replace(tzinfo=ZoneInfo(timezone))
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    if back.replace(tzinfo=None) != local:
        raise ValueError(f"{local} does not exist in {timezone}: its clocks go forward past it")
    return moment


def month_bounds(month: str, timezone: str) -> tuple[datetime, datetime]:
    """The UTC times at which the local `month` (`yyyy-mm`) and the next month start, as `bounds`
    has them."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return bounds(first.isoformat(), timezone)[0], bounds(following.isoformat(), timezone)[0]


def local_iso(moment: datetime, timezone: str) -> str:
    """`moment` for a `datetime` attribute: to the second, with the offset of `timezone`."""
    return moment.astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds")


def long_date(when: datetime | str, site: Site) -> str:
    """An aware moment, or an ISO date, in the long form of the site's locale.

    `February 11, 2026` in `en`, `11 फ़रवरी 2026` in `hi`.
    """
    day = when if isinstance(when, str) else day_of(when, site.timezone)
    return _long(day, site.locale)


def month_name(month: str, site: Site) -> str:
    """A month (`yyyy-mm`) in the site's locale: `February 2026` in `en`, `फ़रवरी 2026` in `hi`."""
    from babel.dates import format_skeleton  # noqa: PLC0415

    first = date.fromisoformat(f"{month}-01")
    return str(format_skeleton("yMMMM", first, locale=_locale(site.locale)))


def weekdays(site: Site) -> list[tuple[str, str]]:
    """(short name, name) of the days of a week, from the one with which it begins in the site's
    locale."""
    locale = _locale(site.locale)
    short, full = (locale.days["stand-alone"][width] for width in ("short", "wide"))
    order = [(locale.first_week_day + number) % 7 for number in range(7)]
    return [(short[day], full[day]) for day in order]


def weeks(month: str, site: Site) -> list[list[str]]:
    """The weeks of a month (`yyyy-mm`), each of seven ISO dates in the order of `weekdays`; "" for
    a day of another month."""
    year, number = map(int, month.split("-"))
    found = Calendar(_locale(site.locale).first_week_day).monthdatescalendar(year, number)
    return [[f"{day}" if day.month == number else "" for day in week] for week in found]


def long_moment(when: datetime, site: Site) -> str:
    """An aware moment, to the minute, in the long form of the site's locale and with its time zone.

    `February 11, 2026, 12:00 PM IST` in `en`, `11 فبراير 2026، 12:00 م IST` in `ar`.
    """
    minute = when.astimezone(UTC).replace(second=0, microsecond=0)
    return _to_the_minute(minute, site.timezone, site.locale)


def number(value: int, locale: str) -> str:
    """A whole number as the locale groups its digits."""
    if abs(value) < 1000:
        return str(value)  # has one group
    from babel.numbers import format_decimal  # noqa: PLC0415

    return str(format_decimal(value, locale=_locale(locale)))


def right_to_left(locale: str) -> bool:
    """Whether the site's own language is written from right to left."""
    return _locale(locale).text_direction == "rtl"


@lru_cache(maxsize=1024)
def _long(day: str, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  (40 ms of cold start)

    return str(format_date(date.fromisoformat(day), format="long", locale=_locale(locale)))


@lru_cache(maxsize=1024)
def _to_the_minute(moment: datetime, timezone: str, locale: str) -> str:
    from babel.dates import format_time, get_datetime_format  # noqa: PLC0415

    found, local = _locale(locale), moment.astimezone(ZoneInfo(timezone))
    time = f"{format_time(local, 'short', locale=found)} {_zone(local, found)}"
    pattern = str(get_datetime_format("long", found)).replace("'", "")
    return pattern.replace("{1}", _long(local.date().isoformat(), locale)).replace("{0}", time)


def _zone(local: datetime, locale: Locale) -> str:
    """The abbreviation of a time's zone: in the locale's language if CLDR has it, else the zone's
    own (`IST`); the offset from GMT if it has none."""
    from babel.dates import get_timezone_gmt, get_timezone_name  # noqa: PLC0415

    names = (get_timezone_name(local, width="short", locale=locale), local.tzname() or "")
    return next(filter(str.isalpha, names), "") or get_timezone_gmt(
        local, width="long", locale=locale
    )


@lru_cache(maxsize=16)
def _locale(name: str) -> Locale:
    """The nearest locale whose data is there: `en-ZZ` → `en`, and English for an unknown one.

    A deployed layer contains few locales. A page with an English date is better than no page.
    """
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    tag = name.replace("-", "_")
    for candidate in (tag, tag.partition("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en")

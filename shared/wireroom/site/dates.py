"""Days and dates as readers of one site see them: in its time zone and its language."""

from __future__ import annotations

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


def right_to_left(locale: str) -> bool:
    """Whether the site's own language is written from right to left."""
    return _locale(locale).text_direction == "rtl"


@lru_cache(maxsize=1024)
def _long(day: str, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  (40 ms of cold start)

    return str(format_date(date.fromisoformat(day), format="long", locale=_locale(locale)))


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

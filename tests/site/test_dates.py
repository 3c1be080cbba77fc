"""Days and dates as readers of one site see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.model import Site
from wireroom.site.dates import bounds, day_of, local_iso, long_date, moment_of

ZONES = [
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",  # midnight was skipped
    "Africa/Cairo",  # midnight is skipped
    "Asia/Beirut",  # midnight is skipped
    "America/Havana",  # midnight comes twice
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Kiritimati",  # UTC+14
]

FIRST, LAST = datetime(2012, 1, 2, tzinfo=UTC), datetime(2036, 12, 30, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), LAST - FIRST).map(lambda since: FIRST + since)


@settings(deadline=None)
@given(moments, st.sampled_from(ZONES))
def test_a_moment_lies_within_the_bounds_of_its_day(moment: datetime, zone: str) -> None:
    start, end = bounds(day_of(moment, zone), zone)
    assert start <= moment < end


@settings(deadline=None)
@given(st.dates(date(2012, 1, 2), date(2036, 12, 30)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_a_gap(day: date, zone: str) -> None:
    _, end = bounds(day.isoformat(), zone)
    start, _ = bounds((day + timedelta(days=1)).isoformat(), zone)
    assert end == start
    assert day_of(end - timedelta(microseconds=1), zone) == day.isoformat()


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-02-11", 24)]
)
def test_a_day_of_a_clock_change_is_shorter_or_longer(day: str, hours: int) -> None:
    start, end = bounds(day, "Europe/London")
    assert end - start == timedelta(hours=hours)


def test_the_day_is_that_of_the_site_not_of_utc() -> None:
    late = datetime(2026, 2, 11, 20, 0, tzinfo=UTC)
    assert day_of(late, "UTC") == "2026-02-11"
    assert day_of(late, "Asia/Kolkata") == "2026-02-12"


def test_a_day_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="day"):
        bounds("2026-02-30", "UTC")


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "February 11, 2026"),
        ("en-IN", "11 February 2026"),
        ("en_GB", "11 February 2026"),
        ("hi", "11 फ़रवरी 2026"),
        ("de", "11. Februar 2026"),
        ("en-ZZ", "February 11, 2026"),
        ("xx", "February 11, 2026"),
    ],
)
def test_a_long_date_is_in_the_sites_language(locale: str, expected: str) -> None:
    site = Site(name="The Courier", url="https://courier.example", locale=locale)
    assert long_date("2026-02-11", site) == expected


def test_a_moment_is_dated_in_the_sites_time_zone() -> None:
    site = Site(name="The Courier", url="https://courier.example", timezone="Asia/Kolkata")
    late = datetime(2026, 2, 11, 20, 0, tzinfo=UTC)
    assert long_date(late, site) == "February 12, 2026"
    assert local_iso(late, site.timezone) == "2026-02-12T01:30:00+05:30"


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-02-12T06:00", "2026-02-12T06:00+00:00"),
        ("2026-07-12T06:00", "2026-07-12T05:00+00:00"),
        ("2026-10-25T01:30", "2026-10-25T00:30+00:00"),  # comes twice: the first
    ],
)
def test_a_time_on_the_sites_clocks_is_one_moment(local: str, utc: str) -> None:
    found = moment_of(datetime.fromisoformat(local), "Europe/London")
    assert found.astimezone(UTC) == datetime.fromisoformat(utc)


def test_a_time_that_the_clocks_go_past_is_refused() -> None:
    with pytest.raises(ValueError, match="does not exist in Europe/London"):
        moment_of(datetime.fromisoformat("2026-03-29T01:30"), "Europe/London")

"""Dates as the world's feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.wire.dates import moment


def at(hour: int = 0, minute: int = 0, second: int = 0, day: int = 10) -> datetime:
    return datetime(2026, 2, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 10 Feb 2026 10:00:00 GMT", at(10)),
        ("Tue, 10 Feb 2026 10:00:00 +0530", at(4, 30)),
        ("Tue, 10 Feb 2026 10:00:00 +05:30", at(4, 30)),
        ("Tue, 10 Feb 2026 10:00:00 GMT+5:30", at(4, 30)),
        ("Tue, 10 Feb 2026 10:00:00 IST", at(4, 30)),
        ("Tue, 10 Feb 2026 10:00:00 CEST", at(8)),
        ("Tue, 10 Feb 2026 10:00:00 America/New_York", at(15)),
        ("Tue, 10 Feb 2026 10:00:00 (no such zone)", at(10)),
        ("Tue, 10 Feb 2026 10:00:00 -0000", at(10)),
        ("Tue, 10 Feb 2026 24:00:00 GMT", at(day=11)),
        ("Tue, 10 Feb 2026 23:59:60 GMT", at(day=11)),
        ("10 Feb 26 10:00 EST", at(15)),
        ("Tuesday, February 10, 2026 at 9:05 AM EST", at(14, 5)),
        ("Feb 10, 2026 12:30 am", at(0, 30)),
        ("Feb 10, 2026 12:30 pm", at(12, 30)),
        ("February 10th, 2026", at()),
        ("2026-02-10", at()),
        ("2026-02-10T10:00:00Z", at(10)),
        ("2026-02-10T10:00:00.5+05:30", at(4, 30).replace(microsecond=500000)),
        ("2026-02-10 10:00:00 +0530", at(4, 30)),
        ("2026/02/10 10:00", at(10)),
        ("20260210T100000Z", at(10)),
        ("Di, 10 Feb 2026 10:00:00 +0100", at(9)),
        ("10. März 2026, 10:00 Uhr", datetime(2026, 3, 10, 10, tzinfo=UTC)),
        ("mar., 10 févr. 2026 10:00:00 +0100", at(9)),
        ("10 de febrero de 2026 10:00", at(10)),
        ("Вт, 10 фев 2026 10:00:00 +0300", at(7)),
        ("१० फ़रवरी २०२६ १०:००", at(10)),
        ("10 فبراير 2026 10:00", at(10)),
        ("Tue Feb 10 10:00:00 2026", at(10)),
        ("Τρι, 10 Φεβ 2026 10:00:00 GMT", at(10)),
        ("2026년 02월 10일 10:00:00", at(1)),
        (" \n2026-02-10 ", at()),
        ("Tue, 10Feb 2026 10:00:00 +0530", at(4, 30)),
        ("Tue, 2026/02/10 10:00:00 EST", at(15)),
        ("10 Feb 2026 GMT", at()),
        ("10 Feb 2026 +0530", at(18, 30, day=9)),
        ("20260210100000", at(10)),
        ("202602101000", at(10)),
        ("1770717600", at(10)),
        ("1770717600123", at(10)),
        ("25-02-2026 10:00", at(10, day=25)),
        ("25/02/2026 10:00", at(10, day=25)),
        ("02/25/2026 10:00 +0530", at(4, 30, day=25)),
        ("02/02/2026", at(day=2)),
        ("2026-02-10T10:00:00+05.30", at(4, 30)),
        ("Tue, 10 Feb 2026 10:00:00 +530", at(4, 30)),
        ("Tue, 10 Feb 2026 10:00:00 +5", at(5)),
        ("Tue, 10 Feb 2026 10:00:00 +1500", at(10)),
        ("Tue Feb 10 10:00:00 IST 2026", at(4, 30)),
        ("Tue Feb 10 10:00:00 GMT+05:30 2026", at(4, 30)),
        ("Tue Feb 10 10:00:00 PM IST 2026", at(16, 30)),
        ("Tue Feb 10 10:00:00 XYZ 2026", at(10)),
        ("Tue, 10 Feb 2026 10:00:00 (IST)", at(4, 30)),
        ("Tue Feb 10 2026 10:00:00 GMT+0530 (India Standard Time)", at(4, 30)),
        ("Tue,10 Feb 2026 10:00:00 +0530", at(4, 30)),
        ("10.02.2026 10:00", at(10)),
        ("Di, 10.2.2026, 10:00 MEZ", at(9)),
    ],
)
def test_a_date_is_understood(value: str, expected: datetime) -> None:
    assert moment(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("", "   ", "today", "0", "99", "2026", "Tue, 31 Feb 2026 10:00:00 GMT", "2026-13-01"),
        *("0000-00-00T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "10:00"),
        *("10.13.2026 10:00", "Tue Feb 31 10:00:00 IST 2026", "10/02/2026 10:00", "10-02-2026"),
        *("Tue, 10 Foo 2026 10:00:00 GMT", "2026-02-10T25:00:00Z", "x" * 5000, "1" * 5000),
    ],
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert moment(value) is None


def test_an_offset_that_no_place_on_earth_has_is_read_as_utc() -> None:
    assert moment("Tue, 10 Feb 2026 10:00:00 +1400") == at(20, day=9)
    assert moment("Tue, 10 Feb 2026 10:00:00 +1500") == at(10)
    assert moment("Tue, 10 Feb 2026 10:00:00 -2300") == at(10)


@given(st.text(max_size=120))
def test_any_text_is_a_moment_in_utc_or_none(value: str) -> None:
    found = moment(value)
    assert found is None or found.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


@given(st.integers(100_000, 7_000_000_000))
def test_the_two_formats_of_the_standards_are_read_exactly(seconds: int) -> None:
    when = datetime.fromtimestamp(seconds, UTC)
    assert moment(when.isoformat()) == when
    assert moment(when.strftime("%a, %d %b %Y %H:%M:%S +0000")) == when

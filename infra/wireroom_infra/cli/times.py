"""Times as people give them to commands."""

from __future__ import annotations

from datetime import datetime

from wireroom_infra.cli.output import USAGE, Failed


def moment(name: str, text: str) -> datetime:
    """The time that `text` is in ISO 8601, with an offset or without. `name`: of what, for the
    error. Raises Failed for anything else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Failed(
            f"{name}: {text!r} is not an ISO 8601 time; expected, for example, 2026-02-12T06:00",
            code=USAGE,
        ) from None


def in_zone(name: str, given: datetime, zone: str) -> datetime:
    """`given` with its offset: its own, else that of the site's `zone`. Raises Failed for a time
    that the zone's clocks leave out."""
    from wireroom.site.dates import moment_of  # noqa: PLC0415

    if given.tzinfo is not None:
        return given
    try:
        return moment_of(given, zone)
    except ValueError as error:
        raise Failed(f"{name}: {error}", code=USAGE) from None

"""The editors' commands, in the order of `--help`: each sends one event of docs/events.md."""

from __future__ import annotations

from wireroom_infra.cli.filing import categorise, pin, unpin
from wireroom_infra.cli.republishing import republish
from wireroom_infra.cli.withholding import hold, kill, reinstate, release, schedule
from wireroom_infra.cli.wording import correct, headline, note

COMMANDS = (
    headline,
    correct,
    categorise,
    hold,
    release,
    schedule,
    kill,
    reinstate,
    pin,
    unpin,
    republish,
    note,
)

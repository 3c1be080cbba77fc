"""Who may enter, and what they may do: `[desk]` of site.toml.

reader   looks
editor   everything with stories
chief    also what is the site's: settings, feeds, dead letters, republishing everything
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from wireroom.model import Staff

Role = Literal["reader", "editor", "chief"]
GROUP = "group:"


def role_of(staff: Staff, email: str, groups: Collection[str]) -> Role | None:
    """The highest role of whoever has the verified address `email` and is in `groups`; None for
    whoever is not listed, who may not enter."""
    names = {email.lower(), *(f"{GROUP}{group}" for group in groups)}
    if names & set(staff.chiefs):
        return "chief"
    if names & set(staff.editors):
        return "editor"
    return "reader" if names & set(staff.readers) else None


def listed_groups(staff: Staff, groups: Collection[str]) -> list[str]:
    """Those of `groups` that `staff` names. A session keeps no others: somebody may be in hundreds,
    and a cookie holds four kilobytes."""
    listed = {*staff.readers, *staff.editors, *staff.chiefs}
    return sorted(group for group in set(groups) if f"{GROUP}{group}" in listed)


def may_edit(role: Role) -> bool:
    return role in ("editor", "chief")


def may_run(role: Role) -> bool:
    """What is the site's."""
    return role == "chief"

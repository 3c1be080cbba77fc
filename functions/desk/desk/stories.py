"""What somebody wants to see of all stories, from an address's query, and what there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args
from urllib.parse import urlencode

from msgspec import Struct, structs

from desk.guard import Refused
from wireroom.model import Settings, State
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.references import pasted
from wireroom.store.desk import Found, Sought
from wireroom.store.table import Table

ROWS = 40  # on a page
CALLS = 6  # to the table, for words that hardly any story has; then "Older" goes on


class Wanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`find`: words, or what names a story. `state`, `category`, `feed`: "" for all. `touched`:
    "1" for stories that an editor has decided something about; `editor`: whoever that is. `after`:
    the place in the list from which it goes on."""

    find: str = ""
    state: str = ""
    category: str = ""
    feed: str = ""
    touched: str = ""
    editor: str = ""
    after: str = ""

    def address(self, **other: str) -> str:
        """The address that asks for this, with the fields `other` instead."""
        asked = {name: value for name, value in structs.asdict(self).items() if value} | other
        return f"/?{urlencode(asked)}" if asked else "/"


def wanted(query: Mapping[str, str], settings: Settings) -> Wanted:
    """Filters that name nothing there is are none."""
    known = {
        "state": get_args(State),
        "category": [each.slug for each in settings.categories],
        "feed": [*settings.feeds, OWN],
        "touched": ("1",),
    }
    filters = {name: query[name] for name, values in known.items() if query.get(name) in values}
    return Wanted(
        find=query.get("find", "").strip()[:2000],
        editor=query.get("editor", "").strip()[:200],
        after=query.get("after", "")[:200],
        **filters,
    )


def found(asked: Wanted, table: Table, settings: Settings) -> Found:
    """The stories, the newest change first. Raises Refused for a place that is none."""
    sought = Sought(
        state=cast("State", asked.state) if asked.state else None,
        category=asked.category,
        feed=asked.feed,
        editor=asked.editor,
        touched=bool(asked.touched),
    )
    try:
        if asked.find:
            return table.search(
                asked.find, settings, ROWS, sought=sought, after=asked.after, calls=CALLS
            )
        return table.desk.newest(ROWS, sought, after=asked.after, calls=CALLS)
    except ValueError as error:
        raise Refused(400, "no place in the list", "That is no place in the list.") from error


def the_one(asked: Wanted, those: Found, settings: Settings) -> str:
    """The id of the story that `find` names; "" where it is words, or names none."""
    if len(those.entries) != 1 or not asked.find:
        return ""
    named = pasted(asked.find, (settings.site.url,), settings.providers)
    return those.entries[0].id if named else ""

"""What a screen of its own module is asked, and what an action of it answers.

Such a module has a function from `Ask` to the page's text, and one from `Ask` to `Done` for each of
its forms. `routes` lists them, and has made sure who asks: sign-in, Origin, token and role.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from desk.following import Sent
from desk.screens import Visit
from desk.stack import Stack


class Ask(Struct, frozen=True, kw_only=True):
    """`fields`: of the query or the form, and what the address itself names; `files`: sent with it.
    `sent`: the events that this browser sent lately."""

    visit: Visit
    stack: Stack
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    sent: list[Sent] = []

    def field(self, name: str, longest: int = 2000) -> str:
        return self.fields.get(name, "").strip()[:longest]

    def number(self, name: str, digits: int = 6) -> int:
        """A field that counts from 0; 0 for anything else."""
        text = self.field(name, digits)
        return int(text) if text.isascii() and text.isdigit() else 0


class Done(Struct, frozen=True, kw_only=True):
    """An action that was taken: the browser goes on `to` a path, or gets `page`. Or one that was
    not, as `refused` says: it gets `page`. `sent`: the events to follow, newest first. `about`: for
    the audit line."""

    action: str
    to: str = ""
    refused: str = ""
    page: str = ""
    sent: list[Sent] = []
    about: dict[str, Any] = {}

"""`correct --edit`: open an article's body in the user's text editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import Failed
from wireroom_infra.cli.sending import Detail


def edited(room: Newsroom, article: str) -> Detail:
    """The article's body as a person edited it, for an event; refused if it changed meanwhile.

    Raises Failed when the result is the same, or empty, or when someone else has changed the body
    in between: then the text stays in a file that the message names.
    """
    from wireroom.newsroom.shown import body_of  # noqa: PLC0415

    before = room.find(article)
    body = room.body(before)
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    handle, name = tempfile.mkstemp(prefix=f"wireroom-{before.id}-", suffix=".html")
    path = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{body}\n")
    try:
        # The editor that the person's own environment names, as git and crontab run it.
        subprocess.run([*shlex.split(command), name], check=True)  # noqa: S603
        text = path.read_text("utf-8")
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise Failed(f"{command}: {error}", f"your text is in {path}") from error
    if not text.strip() or text.strip() == body.strip():
        path.unlink()
        raise Failed("the body is empty" if not text.strip() else "the body is unchanged")
    now = room.find(before.id)
    if body_of(now) != body_of(before):
        raise Failed(
            f"the body was changed meanwhile, at revision {now.revision}:"
            f" `wireroom history {now.id}` shows how",
            f"your text is in {path}",
        )
    room.draft = path
    return {"article": before.id, "body": text.strip(), "expected_revision": now.revision}

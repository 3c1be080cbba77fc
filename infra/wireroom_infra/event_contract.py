"""The contract with editors' clients: a JSON Schema and an example for each action.

Generated from the types in `wireroom.newsroom.events`:

    python -m wireroom_infra.event_contract      writes docs/events.md and infra/events/*.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from wireroom.newsroom.events import ACTIONS

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "infra" / "events"
PAGE = ROOT / "docs" / "events.md"

_INTRODUCTION = """# Editors' events

Each action of an editor is one event on the EventBridge bus `wireroom.editor`. Any client may send
it: the `wireroom` commands, the AWS console, a CMS. The event's `detail-type` is the action, its
`source` is your client's name, and its `detail` has the fields below. A rule puts the event on
EditQueue, and `functions/edit` applies it to the article. The change of the table then starts the
rendering of the pages that it affects.

- `article` names an article by its id, its path (`/2026/02/11/slug/`), its full address, or
  `provider:entry id`.
- `by` is the editor's name. `why` is a reason, kept in the article's history.
- `id` identifies the event, which is applied once, however often it is sent. The default is
  EventBridge's id of the event.
- `at` is when the editor decided; the default is the time of the event. Edits of one article may
  arrive in any order: for each field, the one with the latest `at` counts. A time in the future
  counts as now.
- `expected_revision`: the event is refused if the article is at another revision.

EventBridge and SQS take an event of 256 KB in UTF-8 everywhere, and of 1 MB in some regions. Send a
`correct` whose `detail` has more than 200,000 bytes by reference: put the body, in UTF-8, into the
content bucket (the stack's output `ContentBucket`) under `edits/` and the SHA-256 of its bytes, and
name that key in `body_ref` instead of sending `body`. Put it before you send the event.

```sh
key="edits/$(sha256sum body.html | cut -d " " -f 1)"
aws s3api put-object --bucket "$CONTENT_BUCKET" --key "$key" --body body.html
```

The event is refused if there is nothing under that key, if what is there has another hash, is not
UTF-8, or is longer than a body may be. Put the body again, and `wireroom redrive` has the
event applied. What is under `edits/` is deleted after 30 days; an article's body is kept elsewhere.

An event that is refused or malformed changes nothing. It becomes a dead letter in EditDeadLetters
that names the field and the reason, and `wireroom status` lists it.

The JSON Schemas of the events are in `infra/events/`. They and this page are generated from
`wireroom.newsroom.events` by `python -m wireroom_infra.event_contract`.
"""


def schema(action: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the `detail` of `action`."""
    made = msgspec.json.schema(ACTIONS[action])
    definition = made["$defs"].pop(ACTIONS[action].__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"wireroom.editor: {action}",
        **definition,
        **({"$defs": made["$defs"]} if made["$defs"] else {}),
    }


def entries(action: str) -> list[dict[str, str]]:
    """What `aws events put-events --entries` takes for the example of `action`."""
    return [
        {
            "EventBusName": "wireroom.editor",
            "Source": "newsroom",
            "DetailType": action,
            "Detail": json.dumps({"by": "asha", **ACTIONS[action].example}, ensure_ascii=False),
        }
    ]


def page() -> str:
    """docs/events.md."""
    parts = [_INTRODUCTION]
    for action, kind in ACTIONS.items():
        described = schema(action)
        required = set(described.get("required", []))
        about = " ".join((kind.__doc__ or "").split())
        parts.append(f"## {action}\n\n{about}\n" if about else f"## {action}\n")
        rows = [
            f"| `{name}` | {'yes' if name in required else ''} | {_type(field)} |"
            for name, field in described["properties"].items()
        ]
        parts.append("| field | required | what |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n")
        example = json.dumps(entries(action), ensure_ascii=False, indent=2)
        parts.append(f"```sh\naws events put-events --entries '{_quoted(example)}'\n```\n")
    return "\n".join(parts)


def files() -> dict[Path, str]:
    """Every generated file → its content."""
    made = {PAGE: page()}
    for action in ACTIONS:
        text = json.dumps(schema(action), indent=2, ensure_ascii=False)
        made[SCHEMAS / f"{action}.json"] = f"{text}\n"
    return made


def _type(field: dict[str, Any]) -> str:
    if "pattern" in field:
        return f"{field['title']}, such as {field['examples'][0]}"
    if "anyOf" in field:
        kinds = [_type(each) for each in field["anyOf"] if each.get("enum") != [""]]  # or absent
        return " or ".join(kinds)
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    kind = str(field.get("type", "anything"))
    if field.get("format") == "date-time":
        return "time with its zone"
    if kind == "array":
        return "list of text"
    limits = [
        f"{word} {field[name]}"
        for name, word in (
            ("minimum", "from"),
            ("maximum", "to"),
            ("maxLength", "at most"),
        )
        if name in field
    ]
    word = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)
    return f"{word} ({', '.join(limits)})" if limits else word


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''")


def main() -> None:
    SCHEMAS.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

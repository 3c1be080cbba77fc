"""Prints pages with the templates of a theme, and says where one of them fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from wireroom.errors import ThemeFailed

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment

BUILT_IN = "wireroom/"  # begins the name of a built-in template that the theme may have replaced
FRAGMENT = "latest.html"  # no whole page: it is put into others
FOLDER = "theme/templates/"  # where an error says that a template is


def loader(templates: Mapping[str, str], built_in: Path) -> BaseLoader:
    """A theme's `templates` (name → source) before those in the folder `built_in`, which are also
    there as `wireroom/<name>`."""
    import jinja2  # noqa: PLC0415

    def found(name: str) -> tuple[str, str, None] | None:
        source = templates.get(name)
        return None if source is None else (source, f"{FOLDER}{name}", None)

    files = jinja2.FileSystemLoader(built_in)
    return jinja2.ChoiceLoader(
        [jinja2.FunctionLoader(found), jinja2.PrefixLoader({BUILT_IN.strip("/"): files}), files]
    )


def asset(paths: Mapping[str, str], name: str) -> str:
    """The address of the file `name` in the theme's assets."""
    if name not in paths:
        raise ThemeFailed(f"there is no file assets/{name}")
    return paths[name]


def printed(environment: Environment, template: str, values: Mapping[str, object]) -> str:
    """The page that `template` prints. Raises ThemeFailed with the file, the line and the reason
    for whatever goes wrong in it, and for a page that takes too many steps or gets too long."""
    from wireroom.site import sandbox  # noqa: PLC0415

    entries, body = values.get("entries"), values.get("body")
    stories = len(entries) if isinstance(entries, list) else 0
    longest = sandbox.LARGEST + (len(body) if isinstance(body, str) else 0)
    parts: list[str] = []
    size = 0
    try:
        with sandbox.budget(sandbox.STEPS + stories * sandbox.FOR_EACH):
            for part in environment.get_template(template).generate(values):
                parts.append(part)
                size += len(part)
                if size > longest:
                    raise sandbox.Exhausted(f"the page has more than {longest:,} characters")
    except RecursionError as error:
        raise ThemeFailed(f"{_place(error, template)}: a template includes itself") from error
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise ThemeFailed(f"{_place(error, template)}: {reason}") from error
    page = "".join(parts)
    if template != FRAGMENT:
        own = (environment.get_template(template).filename or "").startswith(FOLDER)
        _look_at_policy(page, str(values["policy"]), template if own else "base.html")
    return page


def _look_at_policy(page: str, policy: str, template: str) -> None:
    """Raises ThemeFailed unless the page has its own policy before any script: without it, text of
    a feed that a template prints in the wrong place could run."""
    from markupsafe import escape  # noqa: PLC0415

    said = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
    at, script = page.find(said), page.find("<script")
    if at < 0 or -1 < script < at:
        raise ThemeFailed(
            f"{FOLDER}{template}, line 1: the page does not begin with its Content-Security-Policy,"
            " which base.html prints"
        )


def _place(error: Exception, template: str) -> str:
    """The theme's file and line in which `error` was raised last; else the template's name."""
    line, name = getattr(error, "lineno", None), getattr(error, "filename", None)
    if line and isinstance(name, str) and name.startswith(FOLDER):  # it does not compile
        return f"{name}, line {line}"
    found = template
    trace: TracebackType | None = error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(FOLDER):
            found = f"{name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return found

"""How long it takes from an editor's click at the desk to the page that readers get, in the demo.

    make bench

The stack, its desk and its site run as `make demo` runs them, on the real clock. Thirty headlines
are changed, one after the other, by the form that a browser sends. Printed is how long after the
click the desk has answered, the event is applied, and the site has the pages. What is idle there is
looked at every half second; a deployed stack gathers changes for a second before it renders them.
"""

from __future__ import annotations

import logging
import os
import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from wireroom.model import Article
from wireroom.newsroom.listing import HOME
from wireroom.settings.site_toml import read
from wireroom_infra.cli import config_file
from wireroom_infra.cli.output import quiet_handlers
from wireroom_infra.cli.running import fetched, first_pass, running
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.stack import table_of
from wireroom_infra.project import SAMPLE
from wireroom_infra.sample.server import sample_wire

CLICKS = 30
STEPS = ("the desk has answered", "the event is applied", "the story's page has it",
         "the front page has it")  # fmt: skip
LOOK = 0.02  # seconds between two looks at the site
PATIENCE = 60  # seconds for one click


class Editor:
    """`email` is signed in to the desk at `desk`, an address."""

    def __init__(self, desk: str, email: str) -> None:
        self._desk = desk
        cookies = HTTPCookieProcessor()
        self._open = build_opener(cookies).open
        self._send = build_opener(cookies, _Stay()).open
        with self._open(f"{desk}/") as page:  # the identity provider's, which asks who it is
            where = page.url
        self._open(Request(where, urlencode({"email": email}).encode())).close()

    def page(self, path: str) -> str:
        with self._open(f"{self._desk}{path}") as answer:
            return str(answer.read().decode())

    def form(self, article: str, **fields: str) -> Request:
        """The form for the wording of a story, as its page has it now, to be sent."""
        page = self.page(f"/story/{article}")
        hidden = {name: _field(page, name) for name in ("token", "revision")}
        return Request(
            f"{self._desk}/story/{article}/headline",
            urlencode(hidden | fields).encode(),
            {"Origin": self._desk},
        )

    def send(self, form: Request) -> None:
        with self._send(form) as answer:
            if answer.status != 303:
                raise RuntimeError(f"the desk answered {answer.status}")


class _Stay(HTTPRedirectHandler):
    """Shows the answer to a form, instead of the page to which it leads."""

    def http_error_303(self, _request: Any, answer: HTTPResponse, *_: Any) -> HTTPResponse:
        return answer


def main() -> None:
    quiet_handlers(verbose=False)
    logging.disable(logging.CRITICAL)
    with demo() as (aws, site, desk, email):
        editor, table = Editor(desk, email), table_of(aws)
        newest = table.listings.newest(HOME, CLICKS).entries
        took: list[list[float]] = []
        for number in range(CLICKS):
            # Clicks come at any time, so not in step with how the stack is driven.
            time.sleep(random.uniform(0, 1))
            article = table.articles.get(newest[number % len(newest)].id)
            if article:
                took.append(click(editor, table.articles.get, site, article, f"Clicked {number}."))
    print(f"from a click at the desk until ({len(took)} clicks)       median   95th percentile")
    for what, times in zip(STEPS, zip(*took, strict=True), strict=True):
        late = statistics.quantiles(times, n=20)[-1]
        print(f"{what:45} {statistics.median(times):10.2f} s {late:15.2f} s")


@contextmanager
def demo() -> Iterator[tuple[EmbeddedAWS, str, str, str]]:
    """What `make demo` runs, on any free ports; gives it, the addresses of its site and desk, and
    an editor's."""
    with sample_wire(0) as wire, TemporaryDirectory() as state:
        os.environ["WIREROOM_STATE"] = (
            state  # a `wireroom up` that runs stays the one that is found
        )
        text = config_file.text_of(SAMPLE / "site.toml")
        configuration = read(text.replace("127.0.0.1:8081", wire.removeprefix("http://")))
        configuration = config_file.with_theme(configuration, SAMPLE)
        email = configuration.settings.desk.editors[0]
        with running(configuration, SAMPLE, 0, 0, 0) as (aws, site, desk):
            first_pass(aws)
            stop = threading.Event()
            driver = threading.Thread(target=aws.run_forever, args=(stop,), daemon=True)
            driver.start()
            try:
                yield aws, site, desk, email
            finally:
                stop.set()
                driver.join(10)


def click(
    editor: Editor,
    stored: Callable[[str], Article | None],
    site: str,
    article: Article,
    headline: str,
) -> list[float]:
    """The seconds after which each of STEPS was so."""
    form = editor.form(article.id, headline=headline)
    started = time.time()
    editor.send(form)
    answered = time.time() - started
    own = until(lambda: headline in fetched(f"{site}{article.path}")) - started
    front = until(lambda: headline in fetched(f"{site}/")) - started
    changed = stored(article.id)
    if changed is None or changed.changed is None:
        raise RuntimeError(f"article {article.id} is gone")
    return [answered, changed.changed.timestamp() - started, own, front]


def until(there: Callable[[], bool]) -> float:
    """The time at which `there` is so. Raises TimeoutError."""
    end = time.time() + PATIENCE
    while not there():
        if time.time() > end:
            raise TimeoutError(f"the site has not changed {PATIENCE} s after a click")
        time.sleep(LOOK)
    return time.time()


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"the desk's page has no field {name}")
    return found[1]


if __name__ == "__main__":
    main()

"""`up`, `demo` and `build`: the whole pipeline on this machine."""

from __future__ import annotations

import os
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wireroom_infra.cli import config_file, state
from wireroom_infra.cli.output import USAGE, Failed, interactive, quiet_handlers, say, working

if TYPE_CHECKING:
    from wireroom.settings.site_toml import Configuration
    from wireroom_infra.embedded import EmbeddedAWS

Verbose = Annotated[bool, typer.Option("--verbose", help="Show the functions' logs.")]
Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="The site's port; 0: any free one.")
]
DeskPort = Annotated[
    int, typer.Option("--desk-port", min=0, max=65535, help="The desk's port; 0: any free one.")
]
AwsPort = Annotated[
    int,
    typer.Option(
        "--aws-port", min=0, max=65535, help="The port of the embedded AWS; 0: any free one."
    ),
]


def up(
    *,
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="The site.toml to run.")
    ] = config_file.SITE_TOML,
    port: Port = 8080,
    desk_port: DeskPort = 8082,
    aws_port: AwsPort = 0,
    inbox: Annotated[
        Path | None,
        typer.Option(
            "--inbox",
            metavar="DIR",
            help="The folder for files of feeds with `drop = true`. Without it: inbox beside"
            " site.toml.",
            show_default=False,
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Run the site on this machine until stopped.

    Runs the stack of template.yaml in an embedded AWS, and serves the site and the editors' desk on
    local ports. The desk believes whoever signs in; only this machine reaches it. Other commands
    reach the stack with --local, the AWS CLI with --endpoint-url. Files that are put into the
    folder inbox/<feed id>/ are taken, and moved to done/ or failed/ beside inbox.

    [bold]Examples[/bold]

      wireroom up

      wireroom up --config sample/site.toml --port 9000 --aws-port 4566
    """
    quiet_handlers(verbose=verbose)
    configuration = config_file.read(config, files=True, folder=config.parent)
    configuration = config_file.with_theme(configuration, config.parent)
    from wireroom_infra.local.push import PATH, keep_tokens  # noqa: PLC0415

    with running(configuration, config.parent, port, desk_port, aws_port) as (aws, site, desk):
        say(f"the site  {site}/")
        say(f"the desk  {desk}/  (it believes whoever signs in)")
        say(f"the AWS   {aws.endpoint}  (region {aws.region}, stack {aws.stack_name})")
        for feed, token in keep_tokens(aws, configuration.feeds).items():
            say(f"pushes    {site}{PATH}{feed}  (with the token {token})")
        look = watched(aws, configuration, inbox or config.parent / "inbox")
        say("Ctrl-C stops it.")
        first_pass(aws)
        keep_going(aws, look)


def watched(
    aws: EmbeddedAWS, configuration: Configuration, folder: Path
) -> Callable[[], list[str]]:
    """A look at the folder for files, if any feed takes them; it gives what there is to say."""
    from wireroom.store.drops import Drops  # noqa: PLC0415
    from wireroom_infra.local.inbox import Folder  # noqa: PLC0415

    feeds = [feed.id for feed in configuration.feeds if feed.drop]
    if not feeds:
        return list
    for feed in feeds:
        (folder / feed).mkdir(parents=True, exist_ok=True)
        say(f"files     {folder / feed}/")
    return Folder(Drops(aws.client("s3"), aws.outputs["InboxBucket"]), folder).look


def demo(
    port: Port = 8080,
    wire_port: Annotated[
        int, typer.Option("--wire-port", min=0, max=65535, help="The sample wire's port.")
    ] = 8081,
    desk_port: DeskPort = 8082,
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            envvar="DEMO_ONCE",
            help="Stop when the first pages are written. Without a terminal, it always does.",
        ),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Run a made-up newspaper from the sample wire.

    Starts the sample wire and the site, and prints the address when the first pages are written.
    The wire publishes a new edition every minute and a half. If a port is taken, a free one is
    used.

    [bold]Examples[/bold]

      wireroom demo

      wireroom demo --once
    """
    from wireroom.settings.site_toml import read  # noqa: PLC0415
    from wireroom_infra.project import SAMPLE  # noqa: PLC0415
    from wireroom_infra.sample.server import sample_wire  # noqa: PLC0415

    quiet_handlers(verbose=verbose)
    with sample_wire(free_or_any(wire_port)) as wire:
        text = config_file.text_of(SAMPLE / "site.toml")
        configuration = read(text.replace("127.0.0.1:8081", wire.removeprefix("http://")))
        configuration = config_file.with_theme(configuration, SAMPLE)
        ports = free_or_any(port), free_or_any(desk_port)
        with running(configuration, SAMPLE, *ports, 0) as (aws, site, desk):
            first_pass(aws)
            shown = fetched(f"{site}/")
            name = configuration.settings.site.name
            if name not in shown:
                raise Failed(f"{site}/ does not show {name}")
            say(f"Open {site}/ to read {name}.")
            say(f"Its editors' desk is at {desk}/, and believes whoever signs in.")
            say(f"The sample wire is at {wire}/; `wireroom status --local` shows the state of all.")
            if once or not interactive():
                say(f"The front page is there ({len(shown)} characters).")
                return
            say("Ctrl-C stops it.")
            keep_going(aws)


def build(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write the site into.")],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="The site.toml. Without it and without --feed: ./site.toml.",
            show_default=False,
        ),
    ] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(
            "--feed",
            metavar="URL_OR_FILE",
            help="A feed, instead of those of site.toml; can be repeated.",
            show_default=False,
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Fetch the feeds once and write the site into a folder.

    If a feed failed or a story ended in a dead-letter queue, it says which, writes the rest of the
    site, and ends with 1. An earlier build in OUT is replaced.

    [bold]Examples[/bold]

      wireroom build out

      wireroom build out --config site.toml

      wireroom build out --feed saved.rss --feed https://wire.example/top.atom
    """
    from wireroom_infra.local import build as builder  # noqa: PLC0415

    if config is None and not feed and not config_file.SITE_TOML.is_file():
        raise Failed("say what to build: --config FILE, or --feed URL_OR_FILE", code=USAGE)
    quiet_handlers(verbose=verbose)
    folder = Path()
    configuration = None
    if config is not None or not feed:
        config = config or config_file.SITE_TOML
        folder = config.parent
        configuration = config_file.read(config, files=True, folder=None if feed else folder)
        configuration = config_file.with_theme(configuration, folder)
    if feed:
        configuration = given(configuration, feed)
        folder = Path()
    if configuration is None or not configuration.feeds:
        raise Failed("there is no feed to build from: [[feeds]] in site.toml, or --feed")
    try:
        with working("starting the embedded AWS") as progress:
            built = builder.build(configuration, folder, out, progress)
    except (FileNotFoundError, FileExistsError) as error:
        raise Failed(str(error)) from error
    stories = "story" if built.stories == 1 else "stories"
    say(f"{built.stories} {stories}, {built.files} files in {out}")
    for headline in built.withdrawn:
        say(f"withdrawn by its agency, so not published: {headline}")
    if built.problems:
        count = len(built.problems)
        raise Failed(f"{count} problem{'s' * (count != 1)}:", *built.problems)


def given(configuration: Configuration | None, feeds: list[str]) -> Configuration:
    """`configuration` with the feeds of the command line instead of its own. Raises Failed."""
    import msgspec  # noqa: PLC0415

    from wireroom.settings.toml_values import is_path, wrong_url  # noqa: PLC0415
    from wireroom_infra.local.build import default_configuration, feeds_from  # noqa: PLC0415

    for place in feeds:
        wrong = "" if is_path(place) else wrong_url(place)
        if wrong:
            raise Failed(f"--feed {place} {wrong}", code=USAGE)
    found = feeds_from(feeds)
    if configuration is None:
        return default_configuration(found)
    return msgspec.structs.replace(configuration, feeds=found)


@contextmanager
def running(
    configuration: Configuration, folder: Path, port: int, desk_port: int, aws_port: int
) -> Iterator[tuple[EmbeddedAWS, str, str]]:
    """The stack with `configuration`, its AWS, its site and its desk served; gives it and the
    addresses of the site and the desk.

    SIGTERM ends the block as Ctrl-C does. Raises Failed when a port is taken or a file missing.
    """
    from wireroom_infra.local.desk import local_desk  # noqa: PLC0415
    from wireroom_infra.local.issuer import local_issuer, staff_here  # noqa: PLC0415
    from wireroom_infra.local.push import pushing  # noqa: PLC0415
    from wireroom_infra.local.site import local_site  # noqa: PLC0415
    from wireroom_infra.local.stack import deployed  # noqa: PLC0415

    ports = ((port, "--port"), (desk_port, "--desk-port"), (aws_port, "--aws-port"))
    for wanted, option in ports:
        if wanted and not is_free(wanted):
            raise Failed(f"port {wanted} is taken; {option} 0 takes any free one")
    with _terminated_like_ctrl_c():
        try:
            with (
                local_issuer(staff_here(configuration.settings.desk)) as issuer,
                deployed(configuration, folder, port=aws_port, issuer=issuer) as (aws, applied),
                local_desk(aws, desk_port) as desk,
                local_site(
                    aws.client("s3"),
                    aws.outputs["SiteBucket"],
                    port,
                    applied.settings.site.internal_hosts,
                    pushing(aws) if any(feed.push for feed in applied.feeds) else None,
                ) as site,
                state.known(
                    state.Up(aws.endpoint, aws.region, aws.stack_name, f"{site}/", os.getpid())
                ),
            ):
                yield aws, site, desk
        except FileNotFoundError as error:
            raise Failed(str(error)) from error


def first_pass(aws: EmbeddedAWS) -> None:
    """Fetch every feed once and write what comes of it."""
    from wireroom_infra.local.stack import one_pass  # noqa: PLC0415

    with working("fetching the feeds for the first time") as progress:
        one_pass(aws, progress)


def keep_going(aws: EmbeddedAWS, look: Callable[[], list[str]] = list) -> None:
    """Drive the stack until Ctrl-C, with a line for whatever happens. `look`: called every two
    seconds; gives further lines."""
    from wireroom_infra.local.stack import pages_written  # noqa: PLC0415

    stop = threading.Event()
    driver = threading.Thread(target=aws.run_forever, args=(stop,), daemon=True)
    driver.start()
    letters, crashes = len(aws.dead_letters()), len(aws.failures)
    aws.calls.reset()
    try:
        while driver.is_alive():
            stop.wait(2)
            for line in look():
                say(f"{_time()}  {line}")
            written = pages_written(aws)
            aws.calls.reset()  # or they would be all that this process holds, some day
            if written:
                say(f"{_time()}  {written} page{'s' * (written != 1)} written")
            dead, failed = aws.dead_letters(), list(aws.failures)
            for letter in dead[letters:]:
                say(f"{_time()}  {letter.queue}: {letter.reason}")
            for crash in failed[crashes:]:
                say(f"{_time()}  {crash.function}: {crash.error}")
            letters, crashes = len(dead), len(failed)
        raise Failed("the embedded AWS stopped by itself")
    except KeyboardInterrupt:
        say("stopping")
    finally:
        stop.set()
        driver.join(10)


def fetched(address: str) -> str:
    """The page at a local address, as text."""
    with urllib.request.urlopen(address) as response:  # noqa: S310 (our own server's)
        text: str = response.read().decode()
    return text


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of this machine."""
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_or_any(port: int) -> int:
    """`port`, or 0 (any free one) when it is taken."""
    return port if is_free(port) else 0


def _time() -> str:
    import wireroom.clock  # noqa: PLC0415

    return f"{wireroom.clock.now().astimezone():%H:%M:%S}"


@contextmanager
def _terminated_like_ctrl_c() -> Iterator[None]:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

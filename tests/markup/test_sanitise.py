"""What a stranger's HTML becomes: every word of it, and nothing that could run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests.xss.payloads import ADDRESSES, PAYLOADS
from wireroom.errors import EntryRejected
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise

ROOT = Path(__file__).parents[2]
BASE = "https://wire.example/stories/one"
REL = ' rel="nofollow noopener noreferrer"'
LAZY = ' loading="lazy"'
QUIET = ' referrerpolicy="no-referrer"'

# Written out again on purpose: a slip in the sanitiser's own lists must not widen this one.
ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in "p h2 h3 h4 h5 h6 ul dl dt dd table caption thead tbody".split()},
    **{tag: set() for tag in "tfoot tr figure figcaption em strong b i u s sub sup small".split()},
    **{tag: set() for tag in "mark code pre kbd samp var cite del ins ruby rt rp bdi dfn".split()},
    "br": set(),
    "hr": set(),
    "a": {"href", "title", "rel"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "img": {"src", "srcset", "alt", "width", "height", "loading", "referrerpolicy"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}  # fmt: skip
EVERYWHERE = {"lang", "dir"}
NUMBERS = {"width", "height", "colspan", "rowspan", "start", "value"}


def assert_safe(html: str) -> None:
    """Nothing but the allow-list is in `html`, as another parser than nh3's sees it."""
    tree = LexborHTMLParser(f"<!DOCTYPE html><body><main>{html}</main>")
    main = tree.css_first("main")
    assert main is not None
    assert main.next is None, "something broke out of the element around it"
    for node in main.traverse(include_text=True):
        if node.tag in ("main", "-text"):
            continue
        assert node.tag in ALLOWED, node.html
        for name, value in node.attributes.items():
            assert name in ALLOWED[node.tag] | EVERYWHERE, node.html
            assert value is not None
            if name in ("href", "src", "cite"):
                assert_address(value, node.tag)
            elif name == "srcset":
                for candidate in value.split(", "):
                    assert_address(candidate.split(" ")[0], node.tag)
            elif name in NUMBERS:
                assert re.fullmatch(r"-?\d+", value)
            elif name == "rel":
                assert value == "nofollow noopener noreferrer"
        if node.tag == "a":
            assert "rel" in node.attributes
        if node.tag == "img":
            assert node.attributes["referrerpolicy"] == "no-referrer"
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", html)
    assert not re.search(r"<!|<\?", html)


def assert_address(value: str, tag: str) -> None:
    parts = urlsplit(value)
    assert parts.scheme in ({"http", "https", "mailto"} if tag == "a" else {"http", "https"}), value
    assert not re.search(r"[\x00-\x20\\\x7f-\x9f\"'<>]", value.replace("'", "")), value
    if parts.scheme != "mailto":
        assert parts.hostname, value
        assert "@" not in parts.netloc, value


def words(html: str) -> list[str]:
    tree = LexborHTMLParser(html.replace("<", " <").replace(">", "> "), is_fragment=True)
    return " ".join(n.text() for n in [tree.body or tree.root] if n is not None).split()


# --- what stays ---------------------------------------------------------------------------------

KEPT = {
    "nested emphasis": "<p>It was <em>the <strong>very</strong> best</em>, <b><i>all</i></b>.</p>",
    "a link in the middle of a word's sentence": (
        f'<p>Hello <a href="https://a.example/x?y=1&amp;z=2"{REL}>there</a> tail</p>'
    ),
    "a table with spans": (
        "<table><caption>Votes by <em>party</em></caption><thead><tr><th scope=\"col\">Party</th>"
        "<th scope=\"col\">Seats</th></tr></thead><tbody><tr><td rowspan=\"2\">A &amp; B</td>"
        "<td>12</td></tr><tr><td></td></tr></tbody><tfoot><tr><td colspan=\"2\">All</td></tr>"
        "</tfoot></table>"
    ),
    "a list in a quote": (
        "<blockquote><p>We want:</p><ul><li>bread</li><li>peace<ol start=\"3\"><li>now</li></ol>"
        "</li></ul></blockquote>"
    ),
    "a figure with its caption": (
        f'<figure><img src="https://p.example/a.jpg" width="640" height="480"{LAZY} '
        f'alt="A &quot;b&quot;"{QUIET}>'
        "<figcaption>The <i>Ganges</i> at dawn. (AP Photo/R. K. Singh)</figcaption></figure>"
    ),
    "a footnote link": (
        f'<p>As shown<sup><a href="https://wire.example/stories/one#fn1"{REL}>1</a></sup>.</p>'
    ),
    "Hindi": "<p>नई दिल्ली, 11 फरवरी (भाषा) सरकार ने कहा कि ‘क्‍या’ श्री गणेश।</p>",
    "Arabic": '<p lang="ar" dir="rtl">قال رئيس الوزراء إن «المحادثات» بدأت، وهي مهمّة.</p>',
    "Persian with its joiners": '<p dir="rtl">می‌خواهم کتاب‌ها را بخوانم</p>',
    "emoji": "<p>Family 👩‍👩‍👧‍👦, flag 🇮🇳, England 🏴󠁧󠁢󠁥󠁮󠁧󠁿, thumbs 👍🏽, heart ❤️</p>",
    "quotes, dashes and currency signs": (
        "<p>“It’s ₹1,200 crore” – or £5m—€6m ($7m), ‘about’ ¥8… said 5′10″ O’Neill; 50% ± 2°.</p>"
    ),
    "signs that HTML escapes": "<p>AT&amp;T &lt;T.N&gt; rose 3 &lt; 5 &amp; more</p>",
    "no-break spaces": "<p>100&nbsp;000 km, « oui&nbsp;»</p>",
    "code and keys": "<pre>for x in y:\n    print(x)\n</pre>"
        "<p>Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, run <code>ls</code></p>",
    "definitions": "<dl><dt>AP</dt><dd>Associated Press</dd><dt>PTI</dt><dd>Press Trust</dd></dl>",
    "sub and sup": "<p>CO<sub>2</sub> and E=mc<sup>2</sup></p>",
    "a time": '<p>At <time datetime="2026-02-11T12:00:00Z">noon</time></p>',
    "quotations": '<p><q cite="https://a.example/">Yes</q>, she said in <cite>Dawn</cite></p>',
    "a mailbox": f'<p><a href="mailto:desk@wire.example"{REL}>desk@wire.example</a></p>',
    "headings and a rule": "<h2>One</h2><p>a</p><hr><h3>Two</h3><p>b</p>",
    "deleted and inserted words": "<p><del>ten</del> <ins>twelve</ins> dead</p>",
    "a line break": "<p>Roses are red,<br>violets are blue</p>",
    "ruby": "<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby></p>",
    "an abbreviation": '<p><abbr title="Bharatiya Janata Party">BJP</abbr> wins</p>',
    "a quote within a list": "<ul><li><blockquote><p>Never</p></blockquote></li></ul>",
    "a table in a cell": "<table><tbody><tr><td><table><tbody><tr><td>x</td></tr></tbody></table>"
        "</td></tr></tbody></table>",
}  # fmt: skip


@pytest.mark.parametrize("html", KEPT.values(), ids=KEPT)
def test_ordinary_copy_comes_out_as_it_was_sent(html: str) -> None:
    assert sanitise(html, base=BASE) == html
    assert_safe(html)


SHAPED = {
    "bare text is a paragraph": ("Just words", "<p>Just words</p>"),
    "bare text with emphasis": ("Just <b>bold</b> words", "<p>Just <b>bold</b> words</p>"),
    "two breaks part paragraphs": ("one<br><br>two<br />\n<br/>x", "<p>one</p><p>two</p><p>x</p>"),
    "two breaks within a paragraph": ("<p>one<br><br>two</p>", "<p>one</p><p>two</p>"),
    "two breaks within emphasis": ("<p><b>a<br><br>b</b></p>", "<p><b>a</b></p><p><b>b</b></p>"),
    "breaks at the edges go": ("<p><br>one<br></p>", "<p>one</p>"),
    "containers give way": ("<div><div>a</div><div>b</div></div>", "<p>a</p><p>b</p>"),
    "containers in a cell keep words apart": (
        "<ul><li><div>a</div><div>b</div></li></ul>",
        "<ul><li>a<br>b</li></ul>",
    ),
    "empty paragraphs go": ("<p></p><p>&nbsp;</p><p><b> </b></p><p>x</p>", "<p>x</p>"),
    "unclosed paragraphs": ("<p>a<p>b", "<p>a</p><p>b</p>"),
    "a paragraph in a link": (
        '<a href="/x"><p>a</p></a>',
        f'<p><a href="https://wire.example/x"{REL}>a</a></p>',
    ),
    "a figure in a link": (
        '<a href="/x"><figure><img src="/a.png" alt="q"></figure></a>',
        f'<figure><a href="https://wire.example/x"{REL}>'
        f'<img src="https://wire.example/a.png"{LAZY} '
        f'alt="q"{QUIET}></a></figure>',
    ),
    "the page's own headline level is free": ("<h1>One</h1>", "<h2>One</h2>"),
    "old names": ("<p><strike>a</strike> <tt>b</tt> <acronym title=c>d</acronym></p>",
                  '<p><s>a</s> <code>b</code> <abbr title="c">d</abbr></p>'),
    "a picture between paragraphs": ("<p>a</p><img src=/a.png><p>b</p>",
        f'<p>a</p><p><img src="https://wire.example/a.png"{LAZY} alt=""{QUIET}></p><p>b</p>'),
    "a list within a paragraph": ("<p>a<ul><li>b</ul>c</p>", "<p>a</p><ul><li>b</li></ul><p>c</p>"),
    "a list straight in a list": ("<ul><li>a</li><ul><li>b</li></ul></ul>",
                                  "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>"),
    "items without a list": ("<li>a</li><li>b</li>", "<p>a</p><p>b</p>"),
    "text straight in a list": ("<ol>a<li>b</li></ol>", "<ol><li>a</li><li>b</li></ol>"),
    "Word's own": ('<p class=MsoNormal><o:p></o:p><span lang=EN>Hi <font color=red>you</font>'
                      "</span></p>", "<p>Hi you</p>"),
    "white space is folded": ("<p>  a \n\t b  <i> c </i> d</p>", "<p>a b <i>c</i> d</p>"),
    "a comment between words": ("<p>a<!-- x -->b</p>", "<p>ab</p>"),
    "a broken tag keeps its words": ("<p>5 <6 and a<b", "<p>5 &lt;6 and a&lt;b</p>"),
    "a comment that never ends": ("<p>a</p><!-- b<p>c</p>", "<p>a</p><p>b</p><p>c</p>"),
    "Windows-1252 read as Latin-1": ("<p>\x93It\x92s\x94</p>", "<p>“It’s”</p>"),
    "a lone surrogate": ("<p>a\ud800b</p>", "<p>ab</p>"),
    "controls": ("<p>a\x00\x08b&#1;&#x1f;c</p>", "<p>abc</p>"),
    "a carriage return": ("<p>a&#13;b\r\nc</p>", "<p>a b c</p>"),
    "ids and classes": ('<p id=latest class=x style="y" onclick=z data-q=1>a</p>', "<p>a</p>"),
    "scripts and their kin, with content": (
        "<p>a</p><script>b</script><style>c</style><template>e</template>"
        "<textarea>f</textarea><title>g</title><xmp>h</xmp><noembed>i</noembed><noframes>j</noframes>"
        "<svg><text>k</text></svg><datalist><option>n</datalist><p>z</p><plaintext>q",
        "<p>a</p><p>z</p>",
    ),
    "a form around the story": (
        '<form runat="server"><p>The minister resigned.</p><label>Name</label></form>',
        "<p>The minister resigned.</p><p>Name</p>",
    ),
    "a form around a table's rows": (
        "<table><form><tr><td>x</td></tr></form></table>",
        "<table><tbody><tr><td>x</td></tr></tbody></table>",
    ),
    "the controls of a form": (
        "<p>Press <button>Yes</button><button>No</button> now.</p>"
        "<p>In <select><option selected>Goa<option>Kerala</select></p>"
        "<fieldset><legend>a</legend>b</fieldset><p><meter value=1>1 of 2</meter>"
        "<progress>50%</progress></p>",
        "<p>Press Yes No now.</p><p>In</p><ul><li>Goa</li><li>Kerala</li></ul><p>a</p><p>b</p>"
        "<p>1 of 2 50%</p>",
    ),
    "what stands in place of a drawing or a plug-in": (
        "<p>a<object data=x><p>b</p></object>c</p><canvas><table><tr><td>3</table></canvas>"
        "<applet>d</applet>",
        "<p>a</p><p>b</p><p>c</p><table><tbody><tr><td>3</td></tr></tbody></table><p>d</p>",
    ),
    "what a player without an address has to say": (
        '<video><p>Transcript</p></video><audio src="blob:https://a.example/b">'
        "<a href=/w>Listen</a></audio><video src=/v.mp4>Old browser</video>",
        f'<p>Transcript</p><p><a href="https://wire.example/w"{REL}>Listen</a></p>'
        f'<p><a href="https://wire.example/v.mp4"{REL}>wire.example</a></p>',
    ),
    "what is there for readers without scripts": (
        "<p>a</p><noscript><a href=/poll>Vote</a></noscript>"
        "<noscript>Please enable <a href=/>JavaScript</a> to view.</noscript>"
        '<noscript><img src="/p.gif" width=1 height=1></noscript><p>b</p>',
        f'<p>a</p><p><a href="https://wire.example/poll"{REL}>Vote</a></p><p>b</p>',
    ),
    "a formula": (
        "<p>Energy is <math><mi>E</mi> <mo>=</mo> <mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>"
        "</math> joules</p>",
        "<p>Energy is E=mc<sup>2</sup> joules</p>",
    ),
    "a formula with fractions and its source": (
        "<math><semantics><mrow><mn>3</mn><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>&lt;</mo>"
        "<mfrac><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><msub><mi>x</mi><mn>0</mn></msub></mfrac>"
        "<mo>=</mo><msqrt><mi>y</mi></msqrt></mrow>"
        '<annotation encoding="application/x-tex">3\\frac12</annotation></semantics></math>',
        "<p>3 1/2 &lt; (x+1)/(x<sub>0</sub>) =√y</p>",
    ),
    "a formula that never ends, or is none": (
        "<math><mi>a</mi> b<p>c</p>", "<p>a b</p><p>c</p>"),
    "a formula within a prefix": (
        "<mml:math><mml:mi>a</mml:mi><mml:annotation>b</mml:annotation></mml:math>", "<p>a</p>"),
    "a formula deeper than any": ("<math>" + "<mrow>" * 5000 + "<mi>x</mi></math>", "<p>x</p>"),
    "an svg that never ends": ("<p>a<svg><p>b", "<p>a</p><p>b</p>"),
    "a frame that closes itself": (
        '<p>a</p><iframe src="https://maps.example/m" width="500" /><p>b</p>'
        '<iframe src="https://maps.example/n"></iframe><p>c</p>',
        f'<p>a</p><p><a href="https://maps.example/m"{REL}>maps.example</a></p><p>b</p>'
        f'<p><a href="https://maps.example/n"{REL}>maps.example</a></p><p>c</p>',
    ),
    "a frame that never ends": (
        "<p>a</p><iframe src=https://maps.example/m><p>b</p>",
        f'<p>a</p><p><a href="https://maps.example/m"{REL}>maps.example</a></p><p>b</p>',
    ),
    "a frame whose address ends in a slash": (
        "<p>a</p><iframe src=https://maps.example/>Old browser</iframe><p>b</p>",
        f'<p>a</p><p><a href="https://maps.example/"{REL}>maps.example</a></p><p>b</p>',
    ),
    "scripts and their kin that close themselves": (
        "<p>a</p><script async src=w.js /><p>b</p><style/><p>c</p><title/><p>d</p><textarea/>"
        "<p>e</p><object data=x /><p>f</p><script>g()</script><title>h</title><p>i</p>",
        "<p>a</p><p>b</p><p>c</p><p>d</p><p>e</p><p>f</p><p>i</p>",
    ),
    "scripts from elsewhere that never end": (
        '<p>a</p><script async src="w.js"><p>b</p><script src=w.js><p>c</p><script>d()</script>',
        "<p>a</p><p>b</p><p>c</p>",
    ),
    "a script that only seems to close itself": (
        "<p>a</p><script src=w.js/>b()</script><p>c</p>",
        "<p>a</p><p>c</p>",
    ),
    "a script that never ends": (
        '<p>a</p><script>b("c")\n<p>d</p><script type=x>e()<br>f',
        "<p>a</p><p>d</p><p>f</p>",
    ),
    "a style that never ends": ("<p>a</p><style>p > b {}<p>c</p>", "<p>a</p><p>c</p>"),
    "a title that never ends": ("<p>a</p><title>b<p>c</p>", "<p>a</p><p>b</p><p>c</p>"),
    "a video that closes itself": (
        "<p>a</p><video src=https://v.example/a.mp4 /><p>b</p>"
        "<video src=https://v.example/b.mp4>Old browser</video><p>c</p>",
        f'<p>a</p><p><a href="https://v.example/a.mp4"{REL}>v.example</a></p><p>b</p>'
        f'<p><a href="https://v.example/b.mp4"{REL}>v.example</a></p><p>c</p>',
    ),
    "players that never end": (
        "<p>a</p><audio src=https://v.example/a.mp3 controls><p>b</p>"
        "<video controls> <source type=x><source src=https://v.example/c.mp4><p>c</p>",
        f'<p>a</p><p><a href="https://v.example/a.mp3"{REL}>v.example</a></p><p>b</p>'
        f'<p><a href="https://v.example/c.mp4"{REL}>v.example</a></p><p>c</p>',
    ),
    "words in angle brackets": (
        "<p>He said <inaudible> that <name withheld at his request> <B>was</B> there.</p>",
        "<p>He said &lt;inaudible&gt; that &lt;name withheld at his request&gt; <b>was</b> there."
        "</p>",
    ),
    "mailboxes and addresses in angle brackets": (
        "<p>Desk <desk@wire.example> or <https://wire.example/a?b=1></p>",
        "<p>Desk &lt;desk@wire.example&gt; or &lt;https://wire.example/a?b=1&gt;</p>",
    ),
    "elements that nobody knows": (
        "<p><o:p></o:p><person>A</person><my-card>b</my-card><foo bar=1>c<foo/>d<col><label>e</p>",
        "<p>Abcde</p>",
    ),
    "summary and details": ("<details><summary>a</summary>b</details>", "<p>a</p><p>b</p>"),
    "a span that is too wide": ("<table><tr><td colspan=9999 rowspan=x>a</table>",
                                "<table><tbody><tr><td>a</td></tr></tbody></table>"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "shown"), SHAPED.values(), ids=SHAPED)
def test_untidy_copy_gets_the_shape_that_readers_expect(sent: str, shown: str) -> None:
    assert sanitise(sent, base=BASE) == shown
    assert_safe(shown)


@pytest.mark.parametrize("cut", ["<script>if (b<c && d>e) f(", "<style>b {", "<script>"])
def test_code_that_is_cut_off_with_the_story_is_no_word_of_it(cut: str) -> None:
    assert words(sanitise(f"<p>a</p>{cut}")) == ["a"]


# --- addresses ----------------------------------------------------------------------------------

LINKS = {
    "/a": "https://wire.example/a",
    "a?b=c#d": "https://wire.example/stories/a?b=c#d",
    "//other.example/a": "https://other.example/a",
    " https://x.example/a b ": "https://x.example/a%20b",
    "HTTPS://x.example/": "https://x.example/",
    "https://x.example/?q=a&copy=b": "https://x.example/?q=a&amp;copy=b",
    "https://भारत.example/पथ": "https://भारत.example/पथ",
    "https://x.example:8443/": "https://x.example:8443/",
    "https://[2001:db8::1]/": "https://[2001:db8::1]/",
    "https://x.example/\u202egpj.exe": "https://x.example/%E2%80%AEgpj.exe",
    "https://x.example/a|b": "https://x.example/a%7Cb",
    "mailto:a@b.example?subject=Hi": "mailto:a@b.example?subject=Hi",
}


@pytest.mark.parametrize(("sent", "shown"), LINKS.items())
def test_a_link_becomes_absolute(sent: str, shown: str) -> None:
    html = f'<p><a href="{sent}">x</a></p>'
    assert sanitise(html, base=BASE) == f'<p><a href="{shown}"{REL}>x</a></p>'


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_unsafe_leaves_its_words_without_a_link(address: str) -> None:
    html = sanitise(f'<p>Read <a href="{address}">on</a> <img src="{address}">.</p>', base=BASE)
    assert_safe(html)
    assert words(html)[:2] == ["Read", "on"]
    for part in ("script:", "evil.example\\", "@evil", "\\\\"):
        assert part not in html.replace("/script:", "").replace("\tscript:", "")


def test_without_a_base_relative_links_go_and_their_words_stay() -> None:
    assert sanitise('<p><a href="/a">x</a> <a href="//b.example/">y</a></p>') == (
        f'<p>x <a href="https://b.example/"{REL}>y</a></p>'
    )


def test_each_candidate_of_a_srcset_is_checked_by_itself() -> None:
    html = '<p><img src="a.png" srcset="a.png, b,c.png 2x, javascript:x 3x, /d.png 640w, e f"></p>'
    assert 'srcset="https://wire.example/stories/a.png, https://wire.example/stories/b,c.png 2x, ' \
        'https://wire.example/d.png 640w"' in sanitise(html, base=BASE)  # fmt: skip


REAL = '<img src="https://cdn.example/real.jpg" alt="x">'


@pytest.mark.parametrize(
    "sent",
    [
        '<img class="lazy" src="/images/lazyload.gif" data-src="https://cdn.example/real.jpg">',
        '<img src="https://a.example/1x1.trans.gif" data-lazy-src="https://cdn.example/real.jpg">',
        '<img src="/placeholder.svg" data-srcset="https://cdn.example/real.jpg 2x">',
        '<picture><source srcset="https://cdn.example/real.jpg 1x, /b.jpg 2x">\n<img src="data:,">'
        "</picture>",
        '<picture><source data-srcset="/webp"><source data-srcset="https://cdn.example/real.jpg">'
        "<img></picture>",
        '<amp-img src="https://cdn.example/real.jpg" layout="fill"></amp-img>',
        f'<img src="/lazy.png" data-src="https://cdn.example/real.jpg"><noscript>{REAL}</noscript>',
        f'<noscript>{REAL}</noscript><img src="data:," data-src="https://cdn.example/real.jpg">',
        f'<img src="/blank.gif"><noscript>{REAL}</noscript>',
        f"<amp-img src=https://cdn.example/real.jpg><noscript>{REAL}</noscript></amp-img>",
    ],
)
def test_a_picture_that_loads_late_is_shown_by_its_real_address_and_once(sent: str) -> None:
    html = sanitise(f"<p>Words. {sent}</p>", base=BASE)
    assert html.count("<img ") == 1
    assert 'src="https://cdn.example/real.jpg"' in html
    assert sanitise(html, base=BASE) == html


def test_a_file_that_is_only_named_like_a_placeholder_is_a_picture() -> None:
    for name in ("loading.jpg", "spacer-gif-history.png", "blank-page.gif"):
        assert f"https://cdn.example/{name}" in sanitise(f'<img src="https://cdn.example/{name}">')


def test_a_lazy_picture_is_shown_by_its_real_address() -> None:
    html = sanitise('<img src="data:image/gif;base64,AA" data-src="/real.jpg" alt="x">', base=BASE)
    assert 'src="https://wire.example/real.jpg"' in html


PIXELS = (
    '<img src="https://wire.example/t.gif" width="1" height="1">',
    '<img src="https://wire.example/t.gif" width="0" height="0">',
    '<img src="https://wire.example/t.gif" height="1px">',
    '<img src="https://wire.example/t.gif" style="display: none">',
    '<img src="https://wire.example/t.gif" style="width:1px;height:1px">',
    '<img src="https://feeds.feedburner.com/~r/wire/~4/abc">',
    '<a href="http://feeds.feedburner.com/~ff/x?a=b"><img src="http://feeds.feedburner.com/~ff/x?d=c"></a>',
    '<img src="https://ad.doubleclick.net/ad/x">',
    '<img src="https://sb.scorecardresearch.com/p?c1=2">',
    '<img src="https://www.google-analytics.com/collect?v=1">',
    '<img src="https://pixel.wp.com/b.gif?host=x">',
    '<img src="https://pixel.quantserve.com/pixel/p-x.gif">',
    '<img src="https://analytics.apnewsregistry.com/analytics/v2/image.svc/x">',
    '<img src="https://counter.theconversation.com/content/1/count.gif">',
    '<img src="https://www.facebook.com/tr?id=1&ev=PageView">',
    '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    '<img src="x" srcset="https://pixel.wp.com/b.gif 1x" width=1>',
    '<iframe src="https://www.googletagmanager.com/ns.html?id=GTM-X"></iframe>',
    '<iframe src="https://x.example/count" width="0" height="0"></iframe>',
)


@pytest.mark.parametrize("pixel", PIXELS)
def test_what_only_counts_readers_goes(pixel: str) -> None:
    assert sanitise(f"<p>a</p>{pixel}<p>b</p>", base=BASE) == "<p>a</p><p>b</p>"


EMBEDS = {
    '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?list=1" title="The song"></iframe>': (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "The song (youtube.com)"),
    '<iframe src="//www.youtube-nocookie.com/embed/dQw4w9WgXcQ"></iframe>': (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube.com"),
    '<iframe src="https://player.vimeo.com/video/76979871?h=8272103f6e"></iframe>': (
        "https://vimeo.com/76979871", "vimeo.com"),
    '<iframe src="https://datawrapper.dwcdn.net/AbC12/3/" title="Votes"></iframe>': (
        "https://datawrapper.dwcdn.net/AbC12/", "Votes (datawrapper.dwcdn.net)"),
    '<iframe src="https://www.instagram.com/p/Cxyz_12-3/embed/captioned/"></iframe>': (
        "https://www.instagram.com/p/Cxyz_12-3/", "instagram.com"),
    '<iframe src="https://platform.twitter.com/embed/Tweet.html?id=123456"></iframe>': (
        "https://x.com/i/status/123456", "x.com"),
    '<iframe src="https://flo.uri.sh/visualisation/12345/embed"></iframe>': (
        "https://public.flourish.studio/visualisation/12345/", "public.flourish.studio"),
    '<iframe src="https://maps.example/m?q=1"></iframe>': (
        "https://maps.example/m?q=1", "maps.example"),
    '<iframe src="https://youtube.com.evil.example/embed/dQw4w9WgXcQ"></iframe>': (
        "https://youtube.com.evil.example/embed/dQw4w9WgXcQ", "youtube.com.evil.example"),
    '<video controls><source src="https://v.example/a.mp4" type="video/mp4">Old browser</video>': (
        "https://v.example/a.mp4", "v.example"),
    '<amp-iframe width="9" src="https://maps.example/m"><p placeholder>Wait</p></amp-iframe>': (
        "https://maps.example/m", "maps.example"),
    '<amp-video><source src="//v.example/a.mp4"><div fallback>Old browser</div></amp-video>': (
        "https://v.example/a.mp4", "v.example"),
    '<object data="https://www.youtube.com/v/dQw4w9WgXcQ?fs=1" title="The song"></object>': (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "The song (youtube.com)"),
    '<object width="9"><param name="Movie" value="//v.example/a"><param name="x"> </object>': (
        "https://v.example/a", "v.example"),
    '<object data="https://v.example/a"><object data="/b" type="video/mp4"></object></object>': (
        "https://wire.example/b", "wire.example"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "link"), EMBEDS.items())
def test_a_player_becomes_a_link_that_names_its_host(sent: str, link: tuple[str, str]) -> None:
    address, text = link
    expected = f'<p>a</p><p><a href="{address}"{REL}>{text}</a></p><p>b</p>'
    assert sanitise(f"<p>a</p>{sent}<p>b</p>", base=BASE) == expected
    assert sanitise(f"<p>a{sent}b</p>", base=BASE) == expected


def test_an_object_is_the_words_in_it_or_the_picture_that_it_shows() -> None:
    plug_in = '<object data="https://v.example/a" type="{}">{}</object>'
    words = sanitise(plug_in.format("text/html", "<param name=src value=//b.example>Words."))
    assert words == "<p>Words.</p>"
    assert 'src="https://v.example/a"' in sanitise(plug_in.format("image/svg+xml", ""))
    assert sanitise(plug_in.format('x" width="1', "")) == ""
    assert sanitise('<object data="javascript:alert(1)"></object>') == ""


def test_a_quoted_post_keeps_its_words_and_links_to_itself() -> None:
    html = (
        '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Big news</p>&mdash; A (@a) '
        '<a href="https://twitter.com/a/status/123?ref_src=twsrc%5Etfw">Feb 11</a></blockquote>'
        '<script async src="https://platform.twitter.com/widgets.js"></script>'
    )
    assert sanitise(html, base=BASE) == (
        '<blockquote><p lang="en" dir="ltr">Big news</p><p>— A (@a) '
        f'<a href="https://x.com/a/status/123"{REL}>Feb 11</a></p></blockquote>'
    )


def test_a_quoted_post_without_a_link_gets_one() -> None:
    html = (
        '<blockquote class="instagram-media" data-instgrm-permalink='
        '"https://www.instagram.com/p/Cxyz123/?utm_source=ig_embed"><p>A post</p></blockquote>'
    )
    assert sanitise(html) == (
        f'<blockquote><p>A post</p><p><a href="https://www.instagram.com/p/Cxyz123/"{REL}>'
        "www.instagram.com/p/Cxyz123/</a></p></blockquote>"
    )


# --- attacks ------------------------------------------------------------------------------------


def test_there_are_at_least_three_hundred_payloads_and_no_two_are_the_same() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 300


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_leaves_nothing_but_news_copy(payload: str) -> None:
    for html in (payload, f"<p>Before {payload} after</p>", f'<p title="{payload}">x</p>',
                 f"<table><tr><td>{payload}</td></tr></table>", f"<ul><li>{payload}"):  # fmt: skip
        try:
            cleaned = sanitise(html, base=BASE)
        except EntryRejected:
            continue
        assert_safe(cleaned)
        assert sanitise(cleaned, base=BASE) == cleaned


PIECES = st.sampled_from(
    (
        *("<p>", "</p>", "<b>", "</b>", "<a href=/x>", "</a>", "<ul>", "<li>", "</ul>", "<table>"),
        *(
            "<tr>",
            "<td>",
            "</table>",
            "<svg>",
            "</svg>",
            "<math>",
            "</math>",
            "<msup>",
            "<mfrac>",
            "</mi>",
            "<mi>",
            "<annotation>",
            "<mtext>",
            "<style>",
            "</style>",
        ),
        *(
            "<form>",
            "</form>",
            "<select>",
            "<option>",
            "<button>",
            "<template>",
            "</template>",
            "<!--",
            "-->",
            "--!>",
            "<",
        ),
        *(
            "<noscript>",
            "</noscript>",
            "<textarea>",
            "</textarea>",
            "<title>",
            "<iframe src=//a.b>",
        ),
        *("<img src=x onerror=alert(1)>", "<pre>", "\n", "</pre>", "<h1>", "</h1>", "<blockquote>"),
        *("</blockquote>", "<figure>", "<figcaption>", "<br>", "<hr>", "<dl><dt>", "<dd>", "<div>"),
        *(
            "</div>",
            "<span title='",
            "'>",
            '"',
            "&lt;",
            "&",
            "&nbsp;",
            "&#13;",
            " ",
            "word",
            "\xa0",
        ),
        *(
            "<script>",
            "</script>",
            "<plaintext>",
            "<caption>",
            "<thead>",
            "<em>",
            "<mglyph>",
            "]]>",
        ),
        *(
            "<![CDATA[",
            "<foreignObject>",
            "<object>",
            "<ol>",
            "<menu>",
            "<h2>",
            "\x00",
            "é",
            "नमस्ते",
        ),
        *("<blockquote class=twitter-tweet>", "<a href=https://x.com/a/status/1>", "<summary>"),
        *(
            "<video src=//a.b/c>",
            "<sup>",
            "</sup>",
            "<ruby>",
            "<rt>",
            "<col>",
            "<listing>",
            "<dir>",
        ),
    )
)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_whatever_comes_in_comes_out_safe_and_as_a_fixed_point(html: str) -> None:
    try:
        cleaned = sanitise(html, base=BASE)
    except EntryRejected:
        return
    assert_safe(cleaned)
    assert sanitise(cleaned, base=BASE) == cleaned
    assert sanitise(cleaned, base="https://elsewhere.example/") == cleaned


INLINE = ["{}", "<b>{}</b>", "<a href='/x'>{}</a>", "<i><u>{}</u></i>"]
WORDS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Cn", "Zs", "Zl", "Zp"], exclude_characters="<>&"
    ),
    min_size=1,
    max_size=12,
)


@given(
    st.lists(
        st.tuples(st.sampled_from(INLINE), WORDS),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(["<p>{}</p>", "{}", "<div>{}</div>", "<ul><li>{}</ul>", "<blockquote>{}"]),
)
def test_no_word_is_lost_added_or_moved(parts: list[tuple[str, str]], around: str) -> None:
    html = around.format(" ".join(wrap.format(word) for wrap, word in parts))
    cleaned = sanitise(html, base=BASE)
    text = re.sub(r"<[^>]*>", "", cleaned).replace("&nbsp;", "\xa0")
    assert text.split(" ") == [word for _, word in parts]


# --- limits -------------------------------------------------------------------------------------

TOO_MUCH = {
    "tags": "<p>x</p>" * 10_001,
    "characters": "word " * 110_000,
    "sent characters": "x" * 2_000_001,
    "depth": "<blockquote>" * 100 + "x",
    "depth of what gives way": "<div><ul>" * 2000 + "x",
    "tags that never end": "<a b='" * 2000,
    "code that never ends and writes markup": "<p>a</p><script>b('<p>c</p>');<p>d</p>",
    "instructions that never end": "<?" * 2000,
    "links over paragraphs": f"<a href=/{'x' * 3900}>" + "<p>x" * 9000,
}


@pytest.mark.parametrize("html", TOO_MUCH.values(), ids=TOO_MUCH)
def test_more_than_any_story_has_is_rejected_by_name(html: str) -> None:
    with pytest.raises(EntryRejected) as rejected:
        sanitise(html, base=BASE)
    assert rejected.value.field == "body"


MUCH = {
    "attributes": "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">x</p>",
    "formatting with attributes": "".join(f"<b x={n}>" for n in range(2000)) + "<p>x" * 2000,
    "divisions": "<div>" * 9000 + "x",
    "comments": "<!--a>" * 50_000 + "x",
    "frames that never end": "<title/><style/><script src=a>" * 30_000 + "x",
    "words in angle brackets": "<name withheld>" * 20_000 + "x",
    "a picture within its address": f'<p>x</p><img src="data:image/png;base64,{"A" * 900_000}">',
}


@pytest.mark.parametrize("html", MUCH.values(), ids=MUCH)
def test_what_makes_parsers_slow_is_gone_before_they_see_it(html: str) -> None:
    assert "x" in sanitise(html, base=BASE)


def test_two_processes_write_the_same() -> None:
    html = "".join(
        (*KEPT.values(), *(sent for sent, _ in SHAPED.values() if "plaintext" not in sent))
    )
    html = html.replace("\ud800", "")
    code = (
        "import sys; sys.path.insert(0, 'shared'); sys.stdin.reconfigure(encoding='utf-8');"
        "from wireroom.markup.sanitise import sanitise;"
        f"sys.stdout.buffer.write(sanitise(sys.stdin.read(), base={BASE!r}).encode())"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=html.encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert written == {sanitise(html.replace("\r\n", "\n"), base=BASE).encode()}


@pytest.mark.parametrize(
    ("shown", "leads", "host"),
    [
        ("https://bank.example/login", "https://evil.example/login", "evil.example"),
        ("www.bank.example", "https://evil.example/", "evil.example"),
        ("https://bank.example@evil.example/", "https://evil.example/", "evil.example"),
        ("https://bank.example/a(b)", "https://evil.example/", "evil.example"),
        ("<b>https://bank</b>.example", "https://evil.example/", "evil.example"),
        ("https://apple.com", "https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("https://apple.com/a", "https://www.apple.com/b", ""),
        ("www.bbc.co.uk", "https://m.bbc.co.uk/1", ""),
        ("Booking.com", "https://wire.example/companies/booking", ""),
        ("the bank, www.bank.example", "https://evil.example/", ""),
    ],
)
def test_a_link_that_reads_as_another_sites_address_shows_the_host_that_it_leads_to(
    shown: str, leads: str, host: str
) -> None:
    clean = sanitise(f'<p><a href="{leads}">{shown}</a>.</p>', base="https://wire.example/")
    words = " ".join(blocks(clean))
    assert words == f"{' '.join(blocks(f'<p>{shown}</p>'))}{f' ({host})' * bool(host)}."
    assert sanitise(clean, base="https://wire.example/") == clean


@pytest.mark.parametrize("breaks", [2, 3, 40])
def test_no_more_than_two_line_breaks_follow_each_other(breaks: int) -> None:
    sent = f"<ul><li>one{'<br>' * breaks}two</li></ul>"
    assert sanitise(sent) == "<ul><li>one<br><br>two</li></ul>"

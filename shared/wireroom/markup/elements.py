"""The elements that a story may have, and which may be inside which."""

from __future__ import annotations

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
PHRASING = HEADINGS | {"p", "pre"}  # blocks that hold no blocks
INLINES = frozenset(
    "a em strong b i u s sub sup small mark abbr code kbd samp var q cite time del ins "
    "ruby rt rp bdi dfn".split()
)
# Element → its allowed children. Other content is put into the first of them.
CHILDREN = {
    "ul": ("li",),
    "ol": ("li",),
    "dl": ("dd", "dt"),
    "table": ("caption", "thead", "tbody", "tfoot"),
    "thead": ("tr",),
    "tbody": ("tr",),
    "tfoot": ("tr",),
    "tr": ("td", "th"),
}
PARENTS = {
    child: frozenset(parent for parent, children in CHILDREN.items() if child in children)
    for children in CHILDREN.values()
    for child in children
} | {"figcaption": frozenset({"figure"})}
BLOCKS = PHRASING | set(CHILDREN) | set(PARENTS) | {"blockquote", "figure"}
VOIDS = frozenset({"br", "hr", "img"})
TAGS = BLOCKS | INLINES | VOIDS

RENAMED = {
    "h1": "h2",
    "menu": "ul",
    "dir": "ul",
    "listing": "pre",
    "strike": "s",
    "tt": "code",
    "acronym": "abbr",
}
# Containers that are replaced by their content, and end the paragraph before them.
GROUPS = frozenset(
    "div section article main header footer aside nav address center hgroup details summary "
    "fieldset legend dialog search form".split()
)

"""What `wireroom theme init` writes."""

from __future__ import annotations

THEME_TOML = """\
# The look of the site. Everything is optional; docs/theming.md explains it.
# `wireroom theme preview` shows the site while you write; `wireroom theme check` finds mistakes.

layout = "wide"                 # or "narrow"
# logo = "logo.svg"             # in assets/: an SVG or a PNG, in place of the site's name
# logo_dark = "logo-dark.svg"   # for dark screens

[light]
# paper = "#fffdf9"
# ink = "#1a1814"
accent = "#96231b"

[dark]
# paper = "#15140f"
# ink = "#ebe6da"
accent = "#f0988c"

[fonts]
# palatino, charter, georgia, times, rockwell, system, helvetica, verdana, optima, futura
text = "palatino"
interface = "system"

# Beside the sections, at the top of each page:
[[navigation]]
title = "About us"
url = "/about/"

# Without [[footer]], the foot of each page links to all pages in pages/.

# What snippets (head.html, slots/*.html) load from elsewhere:
# [hosts]
# script = ["https://plausible.example"]
# connect = ["https://plausible.example"]
"""

ABOUT = """\
# About us

Who we are, and how to reach us.
"""

FILES = {"theme.toml": THEME_TOML, "pages/about.md": ABOUT}

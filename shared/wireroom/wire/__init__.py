"""Feeds → entries: fetching, parsing, what is new. Nothing here knows how entries are stored.

fetch ─► parse ─► changed ─► the queue          fetch.py, feeds.py, diff.py
  │        │
  └────────┴──► when to poll again              polling.py

fetch:  address.py → exchange.py (connection.py, unpack.py) → cookies.py, refusal.py, headers.py
parse:  feeds.py → the format's `read` → identity.py
rss:    charset.py → survey.py → repair.py, salvage.py (all: document/document.py)
        → tree.py → feed.py: channel.py, item.py (texts.py, media.py, byline.py, dates.py)
beside: discover.py, opml.py, websub.py; push.py, assets.py: what senders push
"""

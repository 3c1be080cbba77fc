"""Agencies' text formats of the teleprinter's time: IPTC 7901 and ANPA 1312.

bytes ─► text (charset.py) ─► messages ─► header, text, trailer of each (iptc7901.py, anpa1312.py)
      ─► paragraphs (paragraphs.py), which message is a lead, a take, a kill (sequel.py)
      ─► messages of one story become one entry (stories.py) ─► Document
"""

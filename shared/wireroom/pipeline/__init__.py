"""What each function does, from its event to its calls.

    ingest    due feeds → lease → fetch → parse → changed entries → WireQueue → save the feed
    process   message → normalise → merge → settle → body → row (with history and listing entries)
    edit      event → apply → settle → row
    release   due articles → settle → row
    render    rows before and after → affected pages → read → build → compare-and-swap

Only the stream of the table starts rendering; everything else ends in a write to the table.
"""

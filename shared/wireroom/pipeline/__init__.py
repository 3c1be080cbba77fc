"""What each Lambda function does: connects the pure code with `store` and `wire/http`.

    ingest    due feeds → lease → fetch → parse → changed entries → WireQueue → save the feed
    hub       a hub's delivery → parse → changed entries → WireQueue
    push      a sender's post → proof → parse → changed entries → WireQueue → save what is known
    process   message → normalise → merge → settle → body → row (with history and listing entries)
    edit      event → apply → settle → row
    release   due articles → settle → row
    render    rows before and after → affected pages → read → build → compare-and-swap
    sweep     the time → a job that compares pages with the table
    purge     rows of purges → CloudFront forgets the pages → done

Only the table's stream starts rendering. Whatever changes the site ends in a write to the table.
"""

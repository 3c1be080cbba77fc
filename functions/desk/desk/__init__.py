"""The editors' desk: it reads the table and puts editors' events on the bus. Chiefs also redrive
dead letters and have feeds fetched, by the rules of the command line (`pipeline.redrive`).

    request ─► how large, from where (guard) ─► who (session) ─► may they (roles)
        ├─ GET   ─► rows of the table ─► values for a template (screens) ─► page
        └─ POST  ─► Origin and token (guard) ─► event, checked as the pipeline will ─► bus

    /sign-in ─► the identity provider ─► /signed-in ─► verified address ─► session    (signin)

Nothing that a request says names the editor: `by` is the address in the session, and that is the
one which the identity provider has verified.
"""

"""One loaded model for everybody: programs over HTTP, people in the browser, jobs, all at once.

    HTTP ──► guard ──► application ──► wire ──► switchboard ──► generator, on a thread of its own
                            │                      ▲  ▲
                            ├──► piece_service ────┘  │      one piece from a brief, its stages as they stand
                            └──► works ───────────────┘      whole jobs, one after another, beside whoever waits

Names: `Switchboard` (owns the generator; `ask` for who awaits one answer, `View` for a thread that wants a Generator),
`PieceService` (pieces from briefs), `Works`, `ServedJob` (all jobs, one of them), `Mailbox` (threads tell a reader),
`Gatekeeper` (who may come in: host, origin, token, role, size, time), `PatientConnection` (who holds still is cut),
`Pass` (a token's name and role), `application` (the routes), `openapi` and `metrics` (what a server says of itself).
OpenAI's protocol: `wire` is what its endpoints have in common, `chat_wire`, `completion_wire`, `response_input` and
`response_wire` read a body into Requests and tell what comes, `Exchange` asks them; `calling` is which tools may be
called, `call_reader` finds the calls in an answer.
What is asked over HTTP is urgent: it is let in before a job's rows, and a job's texts are the same with it or without.
What cannot be done is refused by the name of its parameter, never left out without a word; a prompt that is too long is
refused, never cut.
Knows: Starlette, projects, jobs, the Generator seam. Does not know: the command line, tensors, any plugin.
"""

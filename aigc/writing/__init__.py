"""ONE piece: brief → requests → completions → draft → artifact.

`drafting` runs post-processors and checks over a draft and remembers who wrote which text; `sheet` is what a piece's
items share, `item` one result a stage owes, asked for until it stands, falls back or is left out, and `line_log` what a
model wrote for it; `ranking` is what candidates are worth where the stage picks, `picking` asks for that, `suggesting`
is what else could stand in the piece; `piece` is the story of one brief, top to bottom; `session` keeps a Generator
topped up with the requests of many pieces, whoever asks for them; `pipeline` tells how a piece comes about, and writes
a list of briefs; `preview` is what a brief will ask, before it does.

Knows: content types, drafts, extensions bound to their options, the Generator seam. Does not know: models, files, jobs,
projects, plugins' names.
"""

"""How features are plugged in: what an extension is, which hooks there are, and who declared what.

The core ships no feature: every post-processor, check, scorer, exporter, importer, generator and content type comes
from a plugin, a bundled one or anybody's, and all through the same hooks. A plugin that breaks is put aside with its
reason.

`extension` makes a function and its typed options a thing with a name; `options` reads options, those of settings too;
`hookspecs` is every hook on one screen; `registry` finds plugins and keeps name → thing; `placing` puts files of pieces
beside an export, `whole_file` writes a file that nobody sees half of. Knows: pluggy, entry points, signatures. Does
not know: what a content type's YAML says, projects, models.
"""

"""What `aigc job DIR --piece ID` prints: one finished piece as it stands, and what else could stand in it."""

from __future__ import annotations

from aigc.cli.echo import echo, echo_text, in_line, print_json
from aigc.cli.readable import print_findings, print_suggestions, readable
from aigc.errors import NotFound, did_you_mean
from aigc.ledger import Ledger, artifact_record
from aigc.ledger.record import reading_told


def print_piece(ledger: Ledger, name: str, *, as_json: bool) -> None:
    """Print the piece of one brief. NotFound, with the nearest id, where it has none."""
    try:
        artifact = ledger.pieces.entry(name).artifact
    except KeyError:
        hint = did_you_mean(name, [entry.artifact.id for entry in ledger.pieces.entries()])
        raise NotFound(f"no finished piece {name!r}", hint=hint) from None
    if as_json:
        print_json(artifact_record(artifact))
        return
    echo_text(readable(artifact.fields))
    for read, done in reading_told(artifact.brief).items():
        echo(f"{read}: on reading: {in_line(done)}", err=True)
    print_suggestions(artifact)
    print_findings(artifact)

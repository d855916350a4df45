"""`aigc serve`: the model and the content types over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.echo import echo
from aigc.cli.options import Overrides, looking_options, open_project, writing_options
from aigc.cli.progress import loading
from aigc.errors import AigcError, UsageError

if TYPE_CHECKING:
    pass

PORT = 8765
EXTRA = "pip install 'aigc[serve]'"


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where it listens; 0.0.0.0 for other machines too."
)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for any that is free.")
@click.option("--name", "names", metavar="HOST", multiple=True, help="Another name that the server goes by.")
@click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Who may ask, by name: YAML of `name: {token: …, role: write|review|admin}`; else one token is printed.",
)
@click.option(
    "--job",
    "jobs",
    metavar="DIR",
    multiple=True,
    type=click.Path(path_type=Path),
    shell_complete=completing.jobs,
    help="A batch to go on with, which people review at /review; repeat for more.",
)
@click.option("--any-model", is_flag=True, help="Let whatever a program calls the model mean this one.")
@click.option("--lenient", is_flag=True, help="Leave out, by name in a header, what a call asks and cannot be done.")
@writing_options
@looking_options
def command(
    host: str,
    port: int,
    names: tuple[str, ...],
    token_file: Path | None,
    jobs: tuple[Path, ...],
    any_model: bool,
    lenient: bool,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Serve the model and the content types over HTTP.

    Programs that speak OpenAI's protocol find it at /v1 (chat/completions, completions, responses, models); /api/types
    and /api/pieces write checked pieces, /api/jobs whole jobs. Nothing but /health answers without a token. Ctrl-C ends
    it, after what is being written; a job goes on where it was with the next `aigc serve` or `aigc batch`.

    \b
    Examples:
      aigc serve
      aigc serve -m qwen2.5-coder-1.5b --port 9000
      aigc serve --job spring --job summer
      aigc serve --token-file team.yaml --host 0.0.0.0 --name copy.example.com
      curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8765/v1/models
    """
    if overrides.on_ray:
        raise UsageError(f"--on {overrides.on}: a server writes here", hint="a cluster is for `aigc batch`")
    try:
        from aigc.serving.server import ListeningAt, serve
    except ImportError as error:
        raise AigcError(f"serving needs starlette and uvicorn ({error})", hint=EXTRA) from error
    project = open_project(folder, overrides)
    address = ListeningAt(host=host, port=port, names=names)
    with loading(project.settings.model) as report:
        server = serve(project, address, token_file, report=report, any_model=any_model, lenient=lenient, jobs=jobs)
    echo(f"{project.source.title} at {server.url}", err=True)
    if server.printed is not None:
        echo(f"token: {server.printed.token}", err=True)
    if jobs:
        echo(f"review at {server.url}/review", err=True)
    return server.run()

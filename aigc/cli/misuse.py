"""What a mistyped call meant: the remedy behind click's own complaint, by the kind of slip and not word by word.

Kinds: a word that other programs use for a command or option of ours, a setting of aigc.yaml given as an option, the
name of a content type where a command stands, a long option with one dash, a dash or an equals sign that a word
processor or a Chinese keyboard set, quotes that the shell took or never saw, an option behind `--`, a word missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import click

from aigc.errors import did_you_mean, shell_command

COMMANDS: Mapping[str, str] = {  # the words of other programs → ours
    **dict.fromkeys(("run", "start", "bulk", "job.yaml"), "batch"),
    **dict.fromkeys(("create", "gen", "make", "complete"), "generate"),
    **dict.fromkeys(("init", "scaffold"), "new project"),
    **dict.fromkeys(("validate", "lint", "verify"), "check"),
    **dict.fromkeys(("list", "ls", "templates", "formats"), "types"),
    **dict.fromkeys(("status", "resume", "progress"), "job"),
    **dict.fromkeys(("pull", "download", "install"), "models pull"),
    **dict.fromkeys(("info", "describe"), "show"),
    **dict.fromkeys(("search", "grep"), "find"),
    **dict.fromkeys(("compare", "eval"), "evaluate"),
    **dict.fromkeys(("finetune", "fine-tune"), "train"),
    **dict.fromkeys(("docs", "man"), "guide"),
    "version": "--version",
}
OPTIONS: Mapping[str, tuple[str, ...]] = {  # the same of options: those of ours that it may be, as the command has them
    **dict.fromkeys(("format", "export", "export-format", "type"), ("--to", "--type")),
    **dict.fromkeys(("output", "output-dir", "outdir", "dir", "folder", "o"), ("--out",)),
    **dict.fromkeys(("column", "columns", "mapping"), ("--map",)),
    **dict.fromkeys(("rows", "max-rows", "count", "top", "num"), ("--limit",)),
    **dict.fromkeys(("best-of", "samples", "num-candidates"), ("--candidates",)),
    **dict.fromkeys(("backend", "engine", "provider"), ("--on",)),
    **dict.fromkeys(("url", "host", "api-base", "endpoint"), ("--base-url",)),
    **dict.fromkeys(("preview", "simulate"), ("--dry-run",)),
    **dict.fromkeys(("force", "overwrite", "restart"), ("--fresh",)),
    **dict.fromkeys(("config", "settings", "temp"), ("--option",)),
    **dict.fromkeys(("verbose", "trace", "traceback"), ("--debug",)),
    **dict.fromkeys(("file", "inputs", "data"), ("--brief",)),
}
SAMPLING = ("temperature", "top_p", "top_k", "max_tokens", "min_p", "repetition_penalty")
NOT_A_PAIR = "is not of the form key=value"
DASHES = re.compile(r"^[\u2010-\u2015\u2212\uff0d]+(?=[A-Za-z])")
EXTRA = re.compile(r"^Got unexpected extra arguments? \(([^ )]+)")
EQUALS = "\uff1d\ufe66"  # what a Chinese keyboard sets
CURLY = re.compile("[\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb]")
MISSING: Mapping[str, str] = {  # parameter → where its values are listed
    "type_name": "`aigc types` lists them",
    "formats": "such as --to csv; `aigc guide exporters` lists them",
    "words": "such as `aigc find mug`",
}


def unknown_command(name: str, rest: Sequence[str], known: Collection[str]) -> str:
    """Return the remedy for a word that is no command."""
    if name == "help":
        return f"did you mean `{' '.join(['aigc', *rest[:1], '--help'])}`?"
    if ours := COMMANDS.get(name.lower()):
        return f"did you mean `aigc {ours}`?"
    if "/" in name:
        return f"a command comes first: `{shell_command('batch' if _is_table(rest) else 'generate', name, *rest)}`"
    return did_you_mean(name, known)


def _is_table(words: Sequence[str]) -> bool:
    return bool(words) and (words[0] == "sample" or ("." in words[0] and "=" not in words[0]))


def remedy(error: click.UsageError, given: Sequence[str]) -> str:
    """Return what to write instead where click knows no remedy; `given` are the words of the command line."""
    return next(_remedies(error, list(given)), "")


def _remedies(error: click.UsageError, given: list[str]) -> Iterator[str]:
    context = error.ctx
    options = _long_options(context.command) if context else []
    for word in given[: given.index("--")] if "--" in given else given:
        if DASHES.search(word):
            yield f"{word!r} begins with a typographic dash; write {DASHES.sub('--', word)}"
        if re.fullmatch(r"-[A-Za-z][\w-]+", word) and f"-{word}" in options:
            yield f"{word!r} has one dash; did you mean '-{word}'?"
    if isinstance(error, click.NoSuchOption):
        yield from _for_option(error, options)
    if isinstance(error, click.MissingParameter) and error.param is not None and error.param.name in MISSING:
        yield MISSING[error.param.name]
    if isinstance(error, click.BadParameter) and NOT_A_PAIR in error.message:
        yield from _for_pair(error, given)
    if context and (found := EXTRA.search(error.message)) and (option := _before(context.command, given, found[1])):
        yield f"repeat the option: {option} {found[1]}"


def _long_options(command: click.Command) -> list[str]:
    own = [name for one in command.params if isinstance(one, click.Option) for name in one.opts if name[:2] == "--"]
    return [*own, "--help"]


def _before(command: click.Command, given: Sequence[str], word: str) -> str:
    """Return the option that may be given several times and whose value stands before a word that belongs nowhere."""
    several = {name for one in command.params if isinstance(one, click.Option) and one.multiple for name in one.opts}
    place = given.index(word) if word in given else 0
    return given[place - 2] if place > 1 and given[place - 2] in several else ""


def _for_option(error: click.NoSuchOption, options: Collection[str]) -> Iterator[str]:
    name = error.option_name.lstrip("-")
    for ours in OPTIONS.get(name.lower(), ()):
        if ours in options:
            yield f"did you mean {ours!r}?"
    setting = name.lower().replace("-", "_")
    if setting in SAMPLING and "--option" in options:
        yield f"it is a setting: -o sampling.{setting}=VALUE"
    if name.lower() in ("lang", "language", "tone", "audience", "topic", "keyword", "product", "url", "brand"):
        pair = f"{'language' if name.lower() == 'lang' else name.lower()}=VALUE"
        yield f"an input has no dashes: {'--set ' if '--set' in options else ''}{pair}"


def _for_pair(error: click.BadParameter, given: Sequence[str]) -> Iterator[str]:
    """Yield what became of a `key=value` that has no `=`, by the words around it."""
    word = error.message.removesuffix(NOT_A_PAIR).strip().strip("'\"")
    if any(sign in word for sign in EQUALS):
        key, value = re.split(f"[{EQUALS}]", word, maxsplit=1)
        yield f"'{key}{EQUALS[0]}' has a full-width sign; write {key}={value or 'VALUE'}"
    place = given.index(word) if word in given else -1
    before = given[place - 1] if place > 0 else ""
    if "--" in given[:place] and word.startswith("-"):
        yield f"what follows `--` is no option: put {word} before it"
    if CURLY.search(" ".join(given)):
        yield 'the shell knows straight quotes only: topic="two words"'
    if any("=" in one for one in given[:place]) and not before.startswith("-"):
        yield f"a value of several words stands in quotes: {_quoted(given, place)}"
    if found := re.fullmatch(r"(\w+):(.+)", word):
        yield f"write {found[1]}={found[2]}"
    if before.startswith("-"):
        yield f"write {before} {word}={'COLUMN' if before == '--map' else 'VALUE'}"
    name = error.ctx.params.get("type_name", "TYPE") if error.ctx else "TYPE"
    yield f"write NAME=VALUE; `{shell_command('show', name)}` has the names"


def _quoted(given: Sequence[str], place: int) -> str:
    """Return the pair that a word without `=` belongs to, as it should have been written."""
    first = max(at for at in range(place) if "=" in given[at])
    last = place
    while last + 1 < len(given) and "=" not in given[last + 1] and not given[last + 1].startswith("-"):
        last += 1
    key, _, value = " ".join(given[first : last + 1]).partition("=")
    return f'{key}="{value}"'

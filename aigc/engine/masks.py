"""This says which tokens may come next: grammars compiled by llguidance, one matcher per row."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy
import torch
from llguidance import LLExecutor, LLMatcher, LLTokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask_par

from aigc.engine.device import sent
from aigc.errors import EngineError, ModelError, first_line
from aigc.types import Grammar

KEPT = 256  # compiled grammars
NO_WAY_ON, IMPASSE = "NoExtensionBias", "no whole text can come of it"  # llguidance's word, and ours
NEAR = 32  # letters; a text with room for more is not near its limit
CONTROL_RULE = re.compile(r'^(\w+): "(<[^"<>\\\s]+>)"$', re.MULTILINE)  # of Lark
FARTHEST = 4096  # letters; how far the end of a text is looked for


class Letters:
    """This is letters as tokens, so that counting tokens counts characters; for asking a grammar what it would take."""

    def __init__(self, tokenizer: LLTokenizer) -> None:
        self.tokenizer = tokenizer
        found = [tokenizer.greedy_tokenize(letter) for letter in "aqjx "]
        alone = all(len(tokens) == 1 for tokens in found)  # some vocabulary may have no single letters
        self.many = found[0] * FARTHEST if alone else []
        self.others = [tokens[0] for tokens in found[1:4]]
        self.words = [found[1][0], found[4][0], found[2][0]]

    def length(self, token: int) -> int:
        """Count the token's characters."""
        return len(self.tokenizer.decode_bytes([token]).decode("utf-8", "replace"))

    def meet(self, token: int, closing: int) -> bool:
        """Say whether `token` has in it the character that `closing` begins with."""
        return self.tokenizer.decode_bytes([closing])[:1] in self.tokenizer.decode_bytes([token])


class Matcher:
    """This is where one row stands in its grammar."""

    def __init__(self, state: LLMatcher, letters: Letters) -> None:
        self.state = state
        self.letters = letters

    def copy(self) -> Matcher:
        return Matcher(self.state.deep_copy(), self.letters)

    def accept(self, token: int) -> bool:
        """Move past one token; False means the grammar did not allow it, or that nothing leads on to a whole text: then
        it takes the end, which is none."""
        return bool(self.state.consume_token(token)) and not self.state.is_error()

    def forced(self) -> list[int]:
        """Move past the tokens that can only come next, and return them."""
        tokens = list(self.state.compute_ff_tokens())
        if tokens:
            self.state.consume_tokens(tokens)
        return tokens

    def back(self, tokens: int) -> bool:
        """Take back the last tokens; False means that cannot be done."""
        return bool(self.state.rollback(tokens))

    def takes(self, tokens: list[int]) -> bool:
        """Say whether all these tokens may come next."""
        return int(self.state.validate_tokens(tokens)) == len(tokens)

    def room(self, most: int) -> int:
        """Count how many letters may come next, `most` at most."""
        return int(self.state.validate_tokens(self.letters.many[:most]))

    def closing(self) -> list[int] | None:
        """Return what comes after the free text that may come next, once it is full; no tokens if all ends there.

        None where arbitrary words may not come next, and where the text has no bound.
        """
        room = self.room(3)
        if not room or not all(self.takes([letter]) for letter in self.letters.others):
            return None
        if room == 3 and not self.takes(self.letters.words):
            return None
        full = self.copy()
        room = full.room(FARTHEST)
        if room == FARTHEST or not full.state.consume_tokens(self.letters.many[:room]):
            return None
        if full.may_end:
            return []
        sure = list(full.state.compute_ff_tokens())  # tokens that nothing later can change
        first = bytes(full.state.compute_ff_bytes()[:1]).decode("ascii", "ignore")
        return sure or list(self.letters.tokenizer.greedy_tokenize(first)) or None

    @property
    def may_end(self) -> bool:
        """Say whether what is written so far is whole."""
        return bool(self.state.is_accepting())

    @property
    def ended(self) -> bool:
        """Say whether nothing more can be written."""
        return bool(self.state.is_stopped())

    @property
    def error(self) -> str:
        told = str(self.state.get_error()).partition("\n")[0]
        return IMPASSE if told == NO_WAY_ON else told


class Grammars:
    """This compiles each distinct grammar once for one tokenizer."""

    def __init__(
        self, tokenizer_json: str, vocab: int, ends: Sequence[int], device: torch.device | None = None, tokens: int = 0
    ) -> None:
        """Prepare the vocabulary. Masks come to lie on `device`, the CPU if that is None.

        The tokenizer may know more `tokens` than the `vocab` that a model writes: Gemma 3's has one for pictures.
        """
        self.vocab = vocab
        self._tokens = max(tokens, vocab)
        self._device = device or torch.device("cpu")
        try:
            self._tokenizer = LLTokenizer(tokenizer_json, n_vocab=self._tokens, eos_token=list(ends) or None)
        except ValueError as error:
            raise ModelError(f"no text can be held to a form with this tokenizer: {first_line(error)}") from error
        self._letters = Letters(self._tokenizer)
        allowed = (torch.arange(256)[:, None] >> torch.arange(8) & 1).bool()
        self._eights = torch.zeros(256, 8).masked_fill_(~allowed, -torch.inf).to(device)  # by byte of a bit mask
        self._executor = LLExecutor(num_threads=1)  # torch has the cores
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aigc-masks")
        self._compiled: OrderedDict[Grammar, Matcher] = OrderedDict()

    def matcher(self, grammar: Grammar) -> Matcher:
        """Return a fresh matcher. Raises EngineError with llguidance's reason where the grammar does not compile."""
        found = self._compiled.get(grammar)
        if found is None:
            state = LLMatcher(self._tokenizer, self._to_llguidance(grammar), log_level=0)
            if state.is_error():
                raise EngineError(f"the {grammar.kind} grammar does not compile: {_reason(state.get_error())}")
            found = self._compiled[grammar] = Matcher(state, self._letters)
            if len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(grammar)
        return found.copy()

    def bias(self, matchers: Sequence[Matcher]) -> Callable[[], torch.Tensor]:
        """Start to fill masks on a thread of its own; what is returned waits for them.

        That is (matchers, vocab), 0 where a token may come next and -inf elsewhere. Meanwhile the model may run, but no
        matcher may move.
        """
        bits = allocate_token_bitmask(len(matchers), self._tokens)
        jobs = [(matcher.state, place) for place, matcher in enumerate(matchers)]
        filled = self._thread.submit(fill_next_token_bitmask_par, self._executor, jobs, bits)

        def wait() -> torch.Tensor:
            filled.result()
            # Eight tokens at once by table: several times faster than a boolean mask of the vocabulary.
            eights = sent(torch.from_numpy(bits.view(numpy.uint8)).reshape(-1), self._device).int()
            return self._eights.index_select(0, eights).view(len(matchers), -1)[:, : self.vocab]

        return wait

    def _to_llguidance(self, grammar: Grammar) -> str:
        if grammar.kind == "json":
            return _from_schema(grammar.source)
        if grammar.kind == "regex":
            return LLMatcher.grammar_from_regex(grammar.source)
        return LLMatcher.grammar_from_lark(CONTROL_RULE.sub(self._control_rule, grammar.source))

    def _control_rule(self, rule: re.Match[str]) -> str:
        """Return a rule for the token of that name, where there is one: its letters would come as the token, which no
        letters in a grammar match."""
        name, token = rule.groups()
        known = self._tokenizer.tokenize_str(token)
        return f"{name}: {token}" if len(known) == 1 and self._tokenizer.is_special_token(known[0]) else rule.group()

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)


def _from_schema(source: str) -> str:
    try:
        # Compact JSON: fewer tokens, and nearly all punctuation is forced. The schema's own x-guidance wins.
        return LLMatcher.grammar_from_json_schema(source, defaults={"whitespace_flexible": False})
    except ValueError as error:
        raise EngineError(f"the json grammar does not compile: {_reason(str(error))}") from error


def _reason(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else "no reason given"

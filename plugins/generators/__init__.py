"""What else writes: a server that speaks the OpenAI protocol, its batch files, vLLM in this process.

Each is chosen by `--on NAME` or by `generator: NAME` in aigc.yaml, with its options under `engine:`; our own engine,
the default, is a plugin of its own. What each needs is imported when it is used. `chat_completions` puts a Request into
the protocol's words.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.generators.openai import openai
from aigc_plugins.generators.openai_batch import openai_batch
from aigc_plugins.generators.vllm import vllm


@hookimpl
def aigc_generators() -> Sequence[Extension]:
    return (openai, openai_batch, vllm)

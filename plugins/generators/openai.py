"""Any server that speaks the OpenAI protocol: vLLM, llama.cpp, Ollama, SGLang, a hosted one.

    aigc batch ads/google-search products.csv --out spring --on openai --base-url http://localhost:8000/v1 -m NAME

A key comes from the environment and from nowhere else.
"""

from __future__ import annotations

import os
import re
from typing import Annotated

from aigc import Range, generator
from aigc.errors import UsageError
from aigc.types import Generator
from aigc_plugins.generators.chat_completions import Server, Wording


@generator(
    name="openai",
    neutral=(
        "api_key_env",
        "concurrency",
        "requests_per_minute",
        "tokens_per_minute",
        "timeout",
        "attempts",
        "backoff",
    ),
)
def openai(
    model: str,
    *,
    base_url: str = "",
    api_key_env: str = "",
    server: Server = "any",
    concurrency: Annotated[int, Range(1)] = 16,
    requests_per_minute: Annotated[int, Range(0)] = 0,
    tokens_per_minute: Annotated[int, Range(0)] = 0,
    timeout: Annotated[float, Range(0, above=True)] = 120,
    attempts: Annotated[int, Range(1)] = 6,
    backoff: Annotated[float, Range(0)] = 1,
    logprobs: bool = True,
    think: bool = True,
) -> Generator:
    """Any server that speaks the OpenAI protocol, many requests at once.

    `base_url` goes as far as /v1. `api_key_env` names the environment variable that holds the key; none is sent without
    it. `server` says what it is beyond the protocol (any, openai, vllm, vllm-guided for vLLM before 0.12): only vLLM
    holds an output to a choice or a pattern and takes top_k, min_p and repetition_penalty. 0 requests or tokens per
    minute is no limit. `timeout` is in seconds for a whole answer, or for the next part of one that streams (in ten
    times as many it is to end); `backoff` in seconds before the second attempt.
    `think=false` tells a model that thinks first to answer at once (vLLM, SGLang and llama.cpp know how).
    """
    if not think and server == "openai":
        raise UsageError(
            "engine.think: false is not in OpenAI's own protocol", hint="take a model that answers at once"
        )
    if not base_url:
        raise UsageError("--on openai needs the server's address", hint="such as --base-url http://localhost:8000/v1")
    from aigc_plugins.generators.link import Address, Link
    from aigc_plugins.generators.pace import Pace
    from aigc_plugins.generators.remote import Remote

    address = Address(
        base_url=base_url,
        key=_key(api_key_env) if api_key_env else "",
        key_from=api_key_env,
        timeout=timeout,
        attempts=attempts,
        backoff=backoff,
    )
    wording = Wording(model=model, server=server, logprobs=logprobs, think=think)
    try:
        link = Link(address, wording, Pace(requests_per_minute, tokens_per_minute), connections=concurrency)
    except ImportError as error:
        raise UsageError("--on openai needs httpx2", hint="pip install 'aigc[openai]'") from error
    return Remote(link, concurrency=concurrency)


def _key(variable: str) -> str:
    """Return the key that an environment variable holds. UsageError never repeats what could be one."""
    if not re.fullmatch(r"[A-Za-z_]\w*", variable):
        raise UsageError(
            "engine.api_key_env: is no name of an environment variable",
            hint="the key itself belongs in the environment, such as OPENAI_API_KEY",
        )
    key = os.environ.get(variable, "").strip()
    if not key:
        raise UsageError(f"engine.api_key_env: the environment has no {variable}", hint="it is to hold the key")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"engine.api_key_env: {variable} holds what cannot be a key", hint="copy it again")
    return key

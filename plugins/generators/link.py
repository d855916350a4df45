"""One request to one server, until it is answered or given up: statuses, attempts, streams.

An outcome is a list of Completions; `Refused`, when this request cannot be served; or EngineError, when nobody can: a
wrong address, key or model, an account without credit, a server that went away. An attempt has a time to end in, and
its answer a length, before anything of it is looked at. All of a link's requests run in one event loop and share its
pace. httpx2 is imported on first use.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aigc.errors import EngineError, UsageError, did_you_mean, first_line
from aigc.types import Completion, Delta, Json, Request
from aigc.types.foreign import read_json
from aigc_plugins.generators.answer_bytes import ASKED_FOR, LEAST, TooManyBytes, lines, room_for, whole_body
from aigc_plugins.generators.chat_completions import Call, Growing, Refused, Wording, completions
from aigc_plugins.generators.pace import Pace, backoff, retry_after

if TYPE_CHECKING:
    import httpx2

CONNECTING = 10.0  # seconds a connection may take
STREAMED = 10  # times as long as another answer may a streamed one take, which is seen to go on
MODELS = 1000  # looked at
LONGEST_NAME = 200  # characters of a model's name, as messages have it
LONGEST_WAIT = 600.0  # seconds a server may ask to wait; whoever asks for more is gone for now
QUESTIONS = 256  # remembered: the other word of a question is asked soon
CHARS_PER_TOKEN = 3  # a careful guess, for the token limit only
TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 529})
BUSY = frozenset({429, 503, 529})  # these hold for everybody, not for this request alone
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(slots=True)
class Question:
    """This is a question of which several words are asked, and its answer once that came."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """This is where a server is and how it is asked. `key` is the bearer token; `key_from` says where it came from."""

    base_url: str
    key: str = ""
    key_from: str = ""
    timeout: float = 120.0  # seconds an answer may take, or a streamed one until its next part
    attempts: int = 6
    backoff: float = 1.0  # seconds before the second attempt

    def __post_init__(self) -> None:
        hint = "such as http://localhost:8000/v1"
        try:
            parts = urlsplit(self.base_url)
            known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            known = False
        if not known:
            raise UsageError(f"engine.base_url: {self.base_url!r} is no web address", hint=hint)
        if parts.username or parts.password or parts.query:
            raise UsageError("engine.base_url: has no place for a name, a password or a query", hint=hint)

    @property
    def is_local(self) -> bool:
        return urlsplit(self.base_url).hostname in LOOPBACK


class Again(Exception):
    """This attempt failed and another may not. `after` is what the server asked for, in seconds."""

    def __init__(self, sentence: str, *, after: float | None = None, busy: bool = False, lost: bool = False) -> None:
        super().__init__(sentence)
        self.after, self.busy, self.lost = after, busy, lost


class Link:
    """This asks one server. Made and closed in any thread, used in one event loop."""

    def __init__(self, address: Address, wording: Wording, pace: Pace, *, connections: int) -> None:
        import httpx2

        self.address = address
        self.wording = wording
        self.pace = pace
        self.reached = False  # something answered
        self.served = 0  # with completions
        self._questions: dict[str, Question] = {}  # the latest
        self._remembered = max(QUESTIONS, 2 * connections)
        self._client = httpx2.AsyncClient(
            base_url=address.base_url.rstrip("/") + "/",
            headers={"Accept-Encoding": ASKED_FOR}
            | ({"Authorization": f"Bearer {address.key}"} if address.key else {}),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept
            timeout=httpx2.Timeout(address.timeout, connect=CONNECTING, pool=None),
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
            trust_env=not address.is_local,  # no proxy stands before this machine itself
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, request: Request, tell: Callable[[Delta], None]) -> list[Completion]:
        """Ask, and return the answer; Deltas of a streaming request are told as they come. Of how likely words are as
        the answer to one question, Yes and No, the server is asked once."""
        call = self.wording.call(request)
        if request.given is None:
            return await self._asked(request, call, tell)
        question = self._question(call)
        async with question.lock:
            if question.answer is not None:
                return completions(request, question.answer)
            return await self._asked(request, call, tell)

    def _question(self, call: Call) -> Question:
        key = json.dumps(call.body)
        question = self._questions.pop(key, None) or Question()
        self._questions[key] = question
        if len(self._questions) > self._remembered:
            del self._questions[next(iter(self._questions))]
        return question

    async def _asked(self, request: Request, call: Call, tell: Callable[[Delta], None]) -> list[Completion]:
        """Attempt until it is answered. Attempts that a busy server puts off do not count once it has served others: it
        is asked too fast, no more."""
        tokens = len(json.dumps(call.body)) // CHARS_PER_TOKEN + request.sampling.max_tokens * request.sampling.n
        attempt, served = 0, self.served
        while True:
            await self.pace.turn(tokens)
            try:
                answered = await (self._stream(request, call, tell) if request.stream else self._once(request, call))
            except Again as failure:
                others, served = failure.busy and self.served > served, self.served
                await self._wait(failure, attempt, last=not others and attempt + 1 == self.address.attempts)
                attempt = 0 if others else attempt + 1
                continue
            self.served += 1
            self.pace.used(tokens, sum(one.usage.prompt + one.usage.sampled for one in answered))
            return answered

    async def _wait(self, failure: Again, attempt: int, *, last: bool) -> None:
        """Wait for the next attempt. Refused or EngineError after the last one."""
        if failure.after is not None and failure.after > LONGEST_WAIT:
            raise EngineError(
                f"{self.address.base_url}: {failure}, and asks to wait {failure.after:.0f} seconds",
                hint="run it again then",
            )
        if last:
            reason = f"{failure} ({attempt + 1} attempts)" if attempt else str(failure)
            if failure.lost:
                raise EngineError(f"{self.address.base_url}: {reason}", hint="start the server and run it again")
            raise Refused(reason)
        seconds = backoff(attempt, self.address.backoff) if failure.after is None else failure.after
        if failure.busy:
            self.pace.pause(seconds)
        else:
            await asyncio.sleep(seconds)

    async def _once(self, request: Request, call: Call) -> list[Completion]:
        async with self._within(self.address.timeout), aclosing(await self._sent(call)) as response:
            await self._refuse(response)
            answer = _parsed(await whole_body(response, room_for(request)))
            if isinstance(answer, dict) and answer.get("error"):  # in spite of its status
                raise Again(f"the server said: {_message(answer)}")
            answered = completions(request, answer)
        if request.given is not None:
            self._question(call).answer = answer
        return answered

    async def _stream(self, request: Request, call: Call, tell: Callable[[Delta], None]) -> list[Completion]:
        growing = Growing(request)
        try:
            async with self._within(STREAMED * self.address.timeout):
                async with self._within(self.address.timeout):
                    response = await self._sent(call)
                async with aclosing(response), aclosing(self._events(response, room_for(request))) as events:
                    await self._refuse(response)
                    async for event in events:
                        for delta in growing.take(event):
                            tell(delta)
                if not growing.ended:
                    raise Again("the server's stream broke off")
                return growing.completions()
        except (Again, Refused) as failure:  # a text that was shown in part cannot be begun again
            raise Refused(f"{failure} after {growing.shown} characters") if growing.shown else failure from failure

    async def _events(self, response: httpx2.Response, most: int) -> AsyncGenerator[Json, None]:
        """Yield what the server sends, as server-sent events whose data is JSON; each is to come in time."""
        async with aclosing(lines(response, most)) as received:
            while True:
                async with self._within(self.address.timeout):
                    text = await _next_event(received)
                    if text in ("", "[DONE]"):
                        return
                    event = _parsed(text)
                    if isinstance(event, dict) and event.get("error"):
                        raise Again(f"the server said: {_message(event)}")
                yield event

    @asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        """Allow so many seconds for what the server does, and say what went wrong with it: Again or Refused."""
        import httpx2

        try:
            async with asyncio.timeout(seconds):
                yield
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Again(f"no answer within {seconds:g} seconds") from error
        except httpx2.RequestError as error:
            raise Again(f"the connection broke off: {_why(error)}") from error
        except TooManyBytes as error:
            raise Refused(str(error)) from error
        except ValueError as error:  # half a page of a proxy, say
            raise Again(f"the server answered with {error}") from error

    async def _sent(self, call: Call) -> httpx2.Response:
        import httpx2

        try:
            asked = self._client.build_request("POST", call.endpoint, json=call.body)
            response = await self._client.send(asked, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            reason = f"cannot be reached: {_why(error)}"
            if self.reached:
                raise Again(reason, lost=True) from error
            hint = "is the server running, and is the address right?"
            raise EngineError(f"{self.address.base_url}: {reason}", hint=hint) from error
        self.reached = True
        return response

    async def _refuse(self, response: httpx2.Response) -> None:
        """Raise what a status other than success means."""
        if response.is_success:
            return
        status, url = response.status_code, self.address.base_url
        told = await _told(response)
        reason = f"the server answered {status}" + (f": {_message(told)}" if _message(told) else "")
        if _code(told) == "insufficient_quota":
            raise EngineError(f"{url}: {reason}", hint="the account has no credit left; run it again when it has")
        if status in TRANSIENT:
            raise Again(reason, after=retry_after(response.headers), busy=status in BUSY)
        if status == 401 or (status == 403 and not self.served):
            hint = f"is the key in {self.address.key_from} right?" if self.address.key else KEYLESS
            raise EngineError(f"{url}: {reason}", hint=hint)
        if not self.served and (status in (404, 405) or status < 400):
            raise EngineError(f"{url}: {reason}", hint=await self._what_is_there())
        raise Refused(reason)

    async def _what_is_there(self) -> str:
        """Tell a wrong model from a wrong address."""
        import httpx2

        try:
            async with asyncio.timeout(self.address.timeout), self._client.stream("GET", "models") as response:
                listed = await _told(response)
            models = listed["data"][:MODELS] if response.is_success else []
            names = [str(model["id"])[:LONGEST_NAME] for model in models]
        except (TimeoutError, httpx2.HTTPError, KeyError, TypeError):
            names = []
        if not names:
            return "the address goes as far as /v1, such as http://localhost:8000/v1"
        if self.wording.model in names:
            return "the model is there, but not for this kind of request"
        return f"the server has no model {self.wording.model!r}; {did_you_mean(self.wording.model, names)}"


KEYLESS = "name the environment variable that holds the key: -o engine.api_key_env=OPENAI_API_KEY"


def _parsed(body: bytes | str) -> Json:
    try:
        return read_json(body, marked=True)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ValueError("what is no JSON") from None
    except ValueError as error:
        raise ValueError(f"what {error}") from None


async def _told(response: httpx2.Response) -> Json:
    """Return what an answer says that is no completion; None where that cannot be told."""
    try:
        return _parsed(await whole_body(response, LEAST))
    except (TooManyBytes, ValueError):
        return None


async def _next_event(received: AsyncGenerator[str, None]) -> str:
    """Return the data of the next event, nothing where there is none any more."""
    async for line in received:
        if line.startswith("data:") and (text := line.removeprefix("data:").strip()):
            return text
    return ""


def _error(told: Json) -> Json:
    return (told.get("error") or told) if isinstance(told, Mapping) else None


def _message(told: Json) -> str:
    """Return the first line of the message in an error's body; servers put it in several places."""
    error = _error(told)
    message = error.get("message") or error.get("detail") if isinstance(error, Mapping) else error
    return first_line(Exception(message)) if isinstance(message, str) and message.strip() else ""


def _code(told: Json) -> str:
    error = _error(told)
    return str(error.get("code") or "") if isinstance(error, Mapping) else ""


def _why(error: BaseException) -> str:
    """Return the operating system's word for an error, where it has one: httpx2 wraps errors in errors."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError):
            return inner.strerror or first_line(inner)
        inner = inner.__cause__ or inner.__context__
    return first_line(error)

"""What `/v1/responses` is sent: its body, its items, its tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from aigc.serving.calling import Chosen, Function, ToolChoice, choice_of
from aigc.serving.response_format import FreeText, TextFormat, grammar_of
from aigc.serving.turns_read import ROLES, ContentPart, checked, made, text_of
from aigc.serving.wire import MOST_TOP, WHOLE, Body, Leniency, Sampled, sampling_of
from aigc.types import Message, Prompt, Request, ToolCall

FIGURES = "message.output_text.logprobs"  # in `include`


class MessageItem(Body):
    type: Literal["message"] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: str | list[ContentPart]


class CallItem(Body):
    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str


class CallOutputItem(Body):
    type: Literal["function_call_output"]
    call_id: str
    output: str | list[ContentPart]


class OtherItem(Body):
    type: str


InputItem: TypeAlias = MessageItem | CallItem | CallOutputItem | OtherItem


class FlatTool(Body):
    """This is a tool as responses have it: its function's words beside `type`."""

    type: str
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")] | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class TextSettings(Body):
    format: TextFormat | None = None
    verbosity: str | None = None


class ReasoningSettings(Body):
    effort: str | None = None


class ResponseBody(Sampled):
    input: str | list[InputItem] | None = None
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=1), WHOLE] | None = None
    tools: list[FlatTool] | None = None
    tool_choice: Chosen | None = None
    parallel_tool_calls: bool | None = None
    text: TextSettings | None = None
    include: list[str] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MOST_TOP), WHOLE] | None = None
    metadata: dict[str, str] | None = None
    reasoning: ReasoningSettings | None = None
    truncation: Literal["auto", "disabled"] | None = None
    store: bool | None = None
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    moderation: dict[str, Any] | None = None

    @property
    def figures(self) -> int:
        """How many likely tokens are told of each; 0 where none are, nor the token's own figure."""
        return max(1, self.top_logprobs or 0) if self.top_logprobs or FIGURES in (self.include or ()) else 0

    @property
    def form(self) -> FreeText | Any:
        """The form that the text has."""
        return (self.text.format if self.text else None) or FreeText(type="text")


def read_response(asked: Leniency, body: ResponseBody, *, context: int) -> tuple[Request, ToolChoice]:
    """Return what a body asks for, and which calls may come of it. Refusal names the parameter that cannot be done."""
    _refuse_others(asked, body)
    choice, grammar = _choice(asked, body), grammar_of(body.form)
    if choice.calls and grammar is not None:
        asked.cannot("text.format", "cannot be held beside tools")
    begin = [Message(role="system", content=body.instructions)] if body.instructions else []
    request = Request(
        id="",
        prompt=Prompt(messages=(*begin, *_messages(asked, body)), tools=choice.shown()),
        sampling=replace(
            sampling_of(asked, body, most=body.max_output_tokens or context, logprobs=body.figures, n=1),
        ),
        grammar=choice.grammar() or grammar,
        stream=bool(body.stream),
        urgent=True,
    )
    return request, choice


def _refuse_others(asked: Leniency, body: ResponseBody) -> None:
    """Refuse what is not done here: nothing is kept, cut, looked up or thought over."""
    for name in ("store", "background", "previous_response_id", "conversation"):
        if getattr(body, name):
            asked.cannot(name, "nothing is kept here")
    if body.prompt is not None:
        asked.cannot("prompt", "no prompts are kept here")
    if body.truncation == "auto":
        asked.cannot("truncation", "what is too long is refused here, never cut")
    if body.reasoning is not None and body.reasoning.effort not in (None, "none"):
        asked.cannot("reasoning.effort", "nothing is thought over here but `none`")
    if body.text is not None and body.text.verbosity not in (None, "medium"):
        asked.cannot("text.verbosity", "only `medium`, as the model has it")
    if body.moderation is not None:
        asked.cannot("moderation", "nothing is moderated here")
    if (body.n or 1) > 1:
        asked.cannot("n", "a response is one answer")


def _choice(asked: Leniency, body: ResponseBody) -> ToolChoice:
    tools = []
    for place, tool in enumerate(body.tools or ()):
        if tool.type != "function" or tool.name is None:
            asked.cannot(f"tools.{place}", f"a tool of type {tool.type!r} without a function cannot be called here")
        else:
            tools.append(Function(name=tool.name, description=tool.description, parameters=tool.parameters))
    return choice_of(asked, tools, body.tool_choice, several=body.parallel_tool_calls is not False)


def _messages(asked: Leniency, body: ResponseBody) -> Sequence[Message]:
    if body.input is None or body.input == []:
        asked.cannot("input", "is missing: there is nothing to answer")
        return [Message(role="user", content="")]
    if isinstance(body.input, str):
        return [Message(role="user", content=body.input)]
    messages: list[Message] = []
    for place, item in enumerate(body.input):
        _add(asked, item, f"input.{place}", messages)
    return messages or [Message(role="user", content="")]


def _add(asked: Leniency, item: InputItem, where: str, messages: list[Message]) -> None:
    """Add an item to the turns; calls belong to the assistant's turn before them."""
    if isinstance(item, MessageItem):
        messages.append(Message(role=ROLES[item.role], content=text_of(asked, item.content, f"{where}.content")))
    elif isinstance(item, CallItem):
        call = ToolCall(name=item.name, arguments=checked(asked, item.arguments, f"{where}.arguments"), id=item.call_id)
        if messages and messages[-1].role == "assistant":
            messages[-1] = replace(messages[-1], calls=(*messages[-1].calls, call))
        else:
            messages.append(Message(role="assistant", content="", calls=(call,)))
    elif isinstance(item, CallOutputItem):
        known = item.call_id in made(messages)
        if not known:
            asked.cannot(f"{where}.call_id", f"no call before it has the id {item.call_id!r}")
        content = text_of(asked, item.output, f"{where}.output")
        messages.append(Message(role="tool", content=content, answers=item.call_id if known else ""))
    else:
        asked.cannot(where, f"an item of type {item.type!r} is not known here, or not as OpenAI has it")

"""A chat: what was said before → what is said next, by a model or from one's own pages.

    with Conversations(path) as kept:
        chat = Conversation(kept, kept.begin(), ModelAnswers(generator, system=persona_text(Path("persona.md"), {})))
        for part in chat.say("Hello"):         # parts of the answer as they come; then it is written down
            print(part, end="")

`conversation` is who speaks, again, a person who takes over. `model_answers` asks a generator, and sums up
what no longer fits; `page_answers` asks the type `support/reply`, so that what is said stands in a page. `persona` is
who speaks, and what is known of the customer.

Names: `Conversation`, `ChatReply`, `Answerer`, `ModelAnswers`, `PageAnswers`, `persona_text`, `read_customer`. Knows:
the Generator seam, projects, conversations. Does not know: terminals, HTTP, plugins.
"""

from __future__ import annotations

from aigc.chatting.conversation import Answerer, ChatReply, Conversation
from aigc.chatting.model_answers import ModelAnswers
from aigc.chatting.page_answers import PageAnswers
from aigc.chatting.persona import persona_text, read_customer

__all__ = ["Answerer", "ChatReply", "Conversation", "ModelAnswers", "PageAnswers", "persona_text", "read_customer"]

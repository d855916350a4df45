"""What a post must keep to on its platform, read from the platform's data and counted the platform's way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.content import links_in, measure
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.social.social_platforms import SocialPlatform, social_platform, wording
from aigc_plugins.text.emoji import PICTURES

TAG = re.compile(r"[^\W_]+(?:_[^\W_]+)*")


@check
def keeps_platform_limits(draft: Draft) -> Iterator[Finding]:
    """A post, its first line, thread and hashtags keep to what its platform (the input `platform`) takes.

    Lengths are counted as the platform counts, link and hashtags in. Refused is what the platform itself states, a
    link or contact where it allows none, and a hashtag in another form than its own.
    """
    yield from _too_long(draft, hard=True)
    platform = _platform(draft)
    post = str(draft.fields.get("post") or "")
    tags = list(texts_in(draft.fields.get("hashtags")))
    before, after = platform.hashtags.form.split("{tag}")
    for tag in tags:
        bare = tag[len(before) : len(tag) - len(after)]
        if not (tag.startswith(before) and tag.endswith(after) and TAG.fullmatch(bare)) or bare.isdigit():
            yield Finding(message=f"{tag!r} is no hashtag there: {platform.hashtags.form}", field="hashtags")
    if platform.hashtags.hard and len(tags) > platform.hashtags.most:
        yield Finding(message=f"has {len(tags)} hashtags, at most {platform.hashtags.most}", field="hashtags")
    if not platform.link and (found := links_in(post)):
        yield Finding(message=f"has the link {found[0]!r}, which {platform.title} does not take", field="post")
    if not platform.contact and (contact := re.search(wording()["contacts"], post)):
        yield Finding(message=f"has {contact.group()!r}, which {platform.title} holds for a contact", field="post")


@check(severity="warn")
def keeps_platform_advice(draft: Draft) -> Iterator[Finding]:
    """A post keeps to lengths, hashtags and emoji that people advise for its platform; its first line is seen before
    "more"."""
    yield from _too_long(draft, hard=False)
    platform = _platform(draft)
    tags, post = list(texts_in(draft.fields.get("hashtags"))), str(draft.fields.get("post") or "")
    if not platform.hashtags.hard and len(tags) > platform.hashtags.most:
        yield Finding(message=f"has {len(tags)} hashtags, {platform.hashtags.most} are advised", field="hashtags")
    if (many := sum(measure(run, "graphemes") for run in PICTURES.findall(post))) > platform.emoji:
        yield Finding(message=f"has {many} emoji, {platform.emoji} are advised", field="post")
    if platform.shown and (over := platform.shown.over(str(draft.fields.get("hook") or ""))):
        yield Finding(message=f"{over} are seen before a click", field="hook")


@check
def says_what_it_is_about(draft: Draft) -> Iterator[str]:
    """A brief of a post names a product or a topic."""
    if not any(str(draft.brief.values.get(name) or "").strip() for name in ("product", "topic")):
        yield "the brief has neither a product nor a topic"


def _too_long(draft: Draft, *, hard: bool) -> Iterator[Finding]:
    platform = _platform(draft)
    bounds = [("hook", platform.headline), ("post", platform.post), ("post", platform.bytes)]
    parts = (("thread", platform.post), ("thread", platform.bytes)) if platform.thread else ()
    for name, bound in (*bounds, *parts):
        for text in texts_in(draft.fields.get(name)):
            if bound and bound.hard == hard and (over := bound.over(text)):
                yield Finding(message=over, field=name)


def _platform(draft: Draft) -> SocialPlatform:
    return social_platform(str(draft.brief.values.get("platform")))

"""UTM parameters: what tells a site's statistics where a visitor came from."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from aigc import postprocessor

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
KEPT = "{}:|"  # what ad platforms put in themselves: {campaignid}


@postprocessor
def utm(text: str, *, source: str, medium: str, campaign: str = "", term: str = "", content: str = "") -> str:
    """Add utm_source, utm_medium, utm_campaign, utm_term and utm_content to a text that is an address.

    Values are written in small letters, blanks as `_`. A parameter that the address has stays as it is and is not
    added twice; an empty one is left out, and so is everything in a text that is no address.
    """
    if not ADDRESS.fullmatch(text.strip()):
        return text
    parts = urlsplit(text.strip())
    there = {name.casefold() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    values = {"source": source, "medium": medium, "campaign": campaign, "term": term, "content": content}
    added = [
        f"utm_{name}={quote('_'.join(value.lower().split()), safe=KEPT)}"
        for name, value in values.items()
        if value.strip() and f"utm_{name}" not in there
    ]
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, *added]))))

"""The live connection: a browser hears that something changed, or that nothing did."""

from collections.abc import AsyncIterator

from sse_starlette import ServerSentEvent

from handoff.ports import Changes

BEAT_SECONDS = 3.0
"""A page that has heard nothing for more than two beats says that the connection is lost."""


async def news(changes: Changes, beat_seconds: float = BEAT_SECONDS) -> AsyncIterator[ServerSentEvent]:
    """`here` at once, `changed` after each change, `beat` when there was none for a while; until the service stops.

    The data is the token of the latest change and nothing else: the page fetches what it shows by itself.
    """
    seen = changes.latest()
    yield ServerSentEvent(event="here", data=seen)
    while not changes.closed:
        latest = await changes.wait(seen, beat_seconds)
        yield ServerSentEvent(event="beat" if latest == seen else "changed", data=latest)
        seen = latest

"""What was posted from the chat page, read and judged. What is not taken is given back, so that no word is lost."""

import re
from dataclasses import dataclass

from bot.channels.web.channel import MOST_CHARACTERS

_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_PICKED = re.compile(r"^[\w:.-]{1,80}$")


@dataclass(frozen=True)
class Post:
    """One text from the page. `id` was made by the page, the same at every attempt to send it."""

    id: str
    words: str
    picked: str | None


class NotTakenError(Exception):
    """A post is not taken: `status` for the browser, `problem` for the script, the message for the person.

    `words` is what they wrote, to be put back into the box. `wait` is in seconds.
    """

    def __init__(self, status: int, problem: str, message: str, *, words: str = "", wait: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem
        self.message = message
        self.words = words
        self.wait = wait


def read_post(fields: dict[str, str]) -> Post:
    """The text in a form's fields. Raises NotTakenError with a sentence for the person."""
    words = _plain(fields.get("words", ""))
    if not words.strip():
        raise NotTakenError(400, "empty", "Nothing is written yet. Type a few words, then press Send.")
    if len(words) > MOST_CHARACTERS:
        raise NotTakenError(
            413,
            "too_long",
            f"That is a lot to carry, and it is longer than this page can send in one go ({MOST_CHARACTERS:,} "
            "characters). Your words are still in the box. Please send them in two or more parts.",
            words=words,
        )
    text_id = fields.get("text_id", "")
    if not _ID.fullmatch(text_id):
        raise NotTakenError(
            400,
            "no_id",
            "That did not reach us. Your words are still in the box. Please press Send again.",
            words=words,
        )
    picked = fields.get("picked", "")
    return Post(id=text_id, words=words, picked=picked if _PICKED.fullmatch(picked) else None)


def _plain(words: str) -> str:
    # Browsers write every line end in a form as CR LF, whatever was typed; half a character pair cannot be kept.
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\r\n", "\n")

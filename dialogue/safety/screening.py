"""What a screening says, and what anything that screens has to offer."""

from collections.abc import Sequence
from typing import Final, Protocol

from pydantic import BaseModel

from dialogue.safety.kinds import Route, more_urgent

_EARLIER_TEXTS: Final = 5
_EARLIER_CHARACTERS: Final = 2_000


class Reason(BaseModel, frozen=True):
    """One thing that set the screening off.

    `kind` is one of `KINDS`; `by` says what found it ("rule:<id>", "joined:<rule id>", "classifier",
    "joined:classifier", "detector-error", "unreadable"); `words` are the exact words of the text, empty where no words
    did it.
    """

    kind: str
    by: str
    words: str


class Screening(BaseModel, frozen=True):
    """Who has to look and by when, with every reason and the version of what decided."""

    route: Route
    reasons: tuple[Reason, ...]
    version: str

    def joined_with(self, other: "Screening") -> "Screening":
        """The more urgent route of the two, and all reasons of both without repeats, in order.

        The versions are joined with a plus sign where they differ, so that each decision names everything behind it.
        """
        reasons = tuple(dict.fromkeys(self.reasons + other.reasons))
        versions = dict.fromkeys([*self.version.split("+"), *other.version.split("+")])
        return Screening(
            route=more_urgent(self.route, other.route), reasons=reasons, version="+".join(filter(None, versions))
        )


class Detector(Protocol):
    """Anything that can screen a text: the rules, the classifier, or both together.

    `problem` is a sentence for an operator when a part of it does not work, and empty when all is well.
    """

    version: str
    problem: str

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        """Screen `text`; `previous` are the person's last few texts, oldest first."""
        ...


def together(text: str, previous: Sequence[str]) -> tuple[str, str, int]:
    """What came before, all of it with `text` as one text, and the place where `text` begins in that.

    `previous` are the person's last few texts, oldest first; of a long history only the newest part counts.
    """
    earlier = "\n".join(previous[-_EARLIER_TEXTS:])[-_EARLIER_CHARACTERS:]
    return earlier, f"{earlier}\n{text}", len(earlier) + 1


def could_not_screen(version: str, what: str) -> Screening:
    """What stands in when screening failed: what cannot be screened is a concern.

    `what` says how it failed ("error" or "timeout") and becomes part of the version, so that operations can tell
    them apart.
    """
    reason = Reason(kind="unscreened", by="detector-error", words="")
    return Screening(route="now", reasons=(reason,), version=f"{version}+{what}" if what else version)


def unreadable(version: str, what: str) -> Screening:
    """What stands in for a thing that cannot be judged; `what` names it ("photo", "script:arabic", "language:pl")."""
    reason = Reason(kind="unreadable", by=f"unreadable:{what}" if what else "unreadable", words="")
    return Screening(route="today", reasons=(reason,), version=version)


def screen_media(kinds: Sequence[str], version: str) -> Screening:
    """A photo, voice note, sticker, location or contact: nobody can judge it here, so a person looks today.

    With no kinds at all there is nothing to look at, and the route is "none".
    """
    result = Screening(route="none", reasons=(), version=version)
    for kind in kinds:
        result = result.joined_with(unreadable(version, kind))
    return result

"""The story: what the person said, quotes only, in the order told, each line tied to its message."""

from dialogue.frozen import Frozen
from dialogue.phrases import plain
from dialogue.session import Session

_BARE = frozenset("yes yeah yep no nope nah na ok okay fine".split())  # noqa: SIM905 -- reads as the list it is


class Line(Frozen):
    """One line of the story. `number` counts from 1 and stays with the line when others are left out."""

    number: int
    words: str
    message: str
    left_out: bool


class Story(Frozen):
    """All lines, those left out among them, so that what the desk shows can say that a line was left out."""

    lines: tuple[Line, ...]

    @property
    def told(self) -> tuple[Line, ...]:
        """The lines that are passed on."""
        return tuple(line for line in self.lines if not line.left_out)

    def line(self, number: int) -> Line | None:
        """The line of this number, unless it was left out or there is none."""
        return next((line for line in self.told if line.number == number), None)


def story_of(session: Session) -> Story:
    """What the person said so far, word for word.

    A bare yes or no is kept as an answer and shown beside its question; on its own it tells nothing, so it is no line.
    """
    said = [answer for answer in session.answers if answer.words.strip() and plain(answer.words) not in _BARE]
    return Story(
        lines=tuple(
            Line(number=number, words=answer.words, message=answer.message, left_out=answer.left_out)
            for number, answer in enumerate(said, start=1)
        )
    )


def quoted(line: Line) -> str:
    """A line as it is read back: its number and the person's words between quotation marks."""
    return f'{line.number}. "{line.words.strip()}"'


def in_messages(intro: str, story: Story, longest: int) -> tuple[str, ...]:
    """The story for reading back: whole lines packed into messages of at most `longest` characters.

    A single line longer than that is a message of its own; splitting it, without loss, is up to whoever sends it.
    """
    messages: list[str] = [intro]
    for line in story.told:
        together = f"{messages[-1]}\n{quoted(line)}"
        if len(together) <= longest:
            messages[-1] = together
        else:
            messages.append(quoted(line))
    return tuple(messages)

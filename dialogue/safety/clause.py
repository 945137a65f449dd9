"""What stands around a found phrase: who it is about, whether it is denied, when it was, if it is talk of a film."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from dialogue.safety.normal import HARD, SOFT, Normal
from dialogue.safety.pattern import Around, Compiled, Finder, Found
from dialogue.safety.ruleset import RuleSet

Subject = Literal["self", "other", "you", "unsaid"]
Time = Literal["present", "past", "recovered"]

_FURTHEST_SUBJECT: Final = 10
_FURTHEST_NEGATOR: Final = 8
_FURTHEST_TIME: Final = 18
_LONGEST_MARK: Final = 12
_FURTHEST_MEDIA: Final = 6


class Surroundings:
    """The small words of context.yaml, ready to look with."""

    def __init__(self, rules: RuleSet) -> None:
        context = rules.context
        read = rules.reader_of_every_word.read
        self.negators = frozenset(context.negators.split())
        self.see_through = frozenset(context.see_through.split()) | rules.filling
        self.breaks = frozenset(context.clause_breaks.split()) | {HARD, SOFT}
        self.raising = frozenset(context.raising.split())
        self.media = frozenset(context.media.split())
        self.subjects: dict[str, Subject] = dict.fromkeys(context.self_words.split(), "self")
        self.subjects |= dict.fromkeys(context.other_words.split(), "other")
        self.subjects |= dict.fromkeys(context.you_words.split(), "you")
        marks: list[tuple[str, Compiled]] = []
        for name in ("past", "recovered", "returning", "present", "not_negated"):
            marks += [(name, read(pattern)) for pattern in getattr(context, name)]
        self.marks = Finder(marks, frozenset())


@dataclass(frozen=True)
class Clauses:
    """One text, asked about the surroundings of a found phrase."""

    normal: Normal
    around: Surroundings

    @cached_property
    def _marks(self) -> Around:
        return self.around.marks.around(self.normal)

    @cached_property
    def _named_marks(self) -> frozenset[str]:
        return frozenset(mark.name for mark in self._marks.found)

    @cached_property
    def _not_negators(self) -> frozenset[int]:
        """Tokens whose "not" denies nothing: "not going to lie", "can not stop"."""
        return frozenset(
            i for mark in self._marks.found if mark.name == "not_negated" for i in range(mark.first, mark.after)
        )

    def subject(self, found: Found) -> Subject:
        """Whose doing or wish the phrase is: a subject within it, else the nearest before it in its sentence."""
        tokens, subjects = self.normal.tokens, self.around.subjects
        first = tokens[found.first].word
        if first in subjects:
            return subjects[first]
        for index in range(found.first - 1, max(-1, found.first - 2 - _FURTHEST_SUBJECT), -1):
            word = tokens[index].word
            if word == HARD:
                break
            if word in subjects and not self._is_object(index, found.first) and not self._is_asking(index):
                return subjects[word]
        return "unsaid"

    def _is_object(self, index: int, before: int) -> bool:
        """Whether it is like "with my mum , want to die": after a preposition, before a pause."""
        tokens = self.normal.tokens
        words = [token.word for token in tokens[max(0, index - 3) : index]]
        paused = any(token.word == SOFT for token in tokens[index:before])
        return paused and any(word in {"with", "from", "by", "at", "for", "to", "about", "of"} for word in words)

    def _is_asking(self, index: int) -> bool:
        """Whether it is the "you" of "do you think": the one who is asked is not the subject."""
        tokens = self.normal.tokens
        return (
            self.around.subjects[tokens[index].word] == "you"
            and index + 1 < len(tokens)
            and tokens[index + 1].word in {"think", "know", "reckon"}
        )

    def denied(self, found: Found) -> bool:
        """Whether a "not" in the phrase's own clause denies it, or a "no" answers it straight after."""
        return self._denied_before(found.first) or self._denied_after(found.after)

    def _denied_before(self, first: int) -> bool:
        tokens, around = self.normal.tokens, self.around
        needs_raising = tokens[first].word in around.subjects
        for index in range(first - 1, max(-1, first - 1 - _FURTHEST_NEGATOR), -1):
            word = tokens[index].word
            if word in around.negators and index not in self._not_negators:
                return not needs_raising
            if needs_raising:
                if word not in around.raising and word not in around.see_through:
                    return False
                needs_raising = word not in around.raising
            elif word in around.subjects:
                needs_raising = True
            elif word in around.breaks or word not in around.see_through:
                return False
        return False

    def _denied_after(self, after: int) -> bool:
        tokens = self.normal.tokens
        index, paused = after, False
        while index < min(after + 2, len(tokens)) and tokens[index].word in self.around.see_through:
            index += 1
        while index < len(tokens) and tokens[index].word in {HARD, SOFT}:
            index, paused = index + 1, True
        return (
            paused
            and index < len(tokens)
            and tokens[index].word in {"no", "none", "never", "nope", "nah"}
            and (index + 1 == len(tokens) or tokens[index + 1].word in {HARD, SOFT, "not", "never", "i", "thanks"})
        )

    def word_before(self, found: Found) -> str:
        """The plain word right before the phrase, or an empty string."""
        return self.normal.tokens[found.first - 1].word if found.first else ""

    def time(self, found: Found) -> Time:
        """Present, past, or past and over; what is past but coming back is past, not over."""
        first, after = found.first - _FURTHEST_TIME - _LONGEST_MARK, found.after + _FURTHEST_TIME
        near = {mark.name for mark in self._marks.near(first, after) if self._same_sentence(mark, found)}
        if "past" not in near or "present" in near:
            return "present"
        over = "recovered" in self._named_marks and "returning" not in self._named_marks
        return "recovered" if over else "past"

    def _same_sentence(self, mark: Found, found: Found) -> bool:
        first, after = min(mark.first, found.first), max(mark.after, found.after)
        apart = max(found.first - mark.after, mark.first - found.after)
        return apart <= _FURTHEST_TIME and all(token.word != HARD for token in self.normal.tokens[first:after])

    def only_media(self, found: Found) -> bool:
        """Whether a film, a book, a course or a poster stands right beside the phrase, and the writer is not in it."""
        tokens = self.normal.tokens
        if any(token.word in {"i", "me", "my", "myself", "us"} for token in tokens[found.first : found.after]):
            return False
        for step in (range(found.first - 1, -1, -1), range(found.after, len(tokens))):
            for index in list(step[:_FURTHEST_MEDIA]):
                if tokens[index].word == HARD:
                    break
                if tokens[index].word in self.around.media:
                    return True
        return False

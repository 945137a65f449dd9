"""The rules as data: what a rule file may say, read once from this package, and refused by name if it is wrong."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dialogue.safety.kinds import KINDS, Route
from dialogue.safety.pattern import Compiled, PatternError, PatternReader
from dialogue.safety.spelling import InContext, Spelling

_DATA: Final = frozenset({"words.yaml", "spelling.yaml", "emoji.yaml", "idioms.yaml", "context.yaml", "languages.yaml"})


_FileT = TypeVar("_FileT", bound=BaseModel)


class RulesError(ValueError):
    """A rule file that cannot be used; the message names the file, the rule and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """One rule: what is said, by whom, when, negated or not, and how sure that makes us (`route`).

    who: "self" fires for the writer, and turns into worry about somebody else when another person is the subject;
    "other" fires only about another person; "anyone" does not look.
    negated: "clears" means that a "not" before it in its clause clears it.
    past: "softens" means that "years ago" brings it down to today, and with a recovery to nothing.
    media: "clears" means that talk of films, books and posters clears it where the writer is not in it.
    route: "cue" says nothing alone and counts only within `together`.
    unless: phrases of the same sentence that clear it. needs: one of these must be somewhere in the text.
    never_after: words right before it that deny it, in languages whose "not" context.yaml does not know.
    """

    id: str
    kind: str = ""
    route: Literal["now", "today", "cue"]
    sentence: str
    who: Literal["self", "other", "anyone"] = "anyone"
    negated: Literal["clears", "kept"] = "clears"
    past: Literal["softens", "kept"] = "softens"
    media: Literal["clears", "kept"] = "clears"
    says: tuple[str, ...]
    unless: tuple[str, ...] = ()
    never_after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    catches: tuple[str, ...]
    leaves: tuple[str, ...] = ()


class Together(_Strict):
    """Rules or cues that mean more side by side, in one text or over the last few: one of each group of `all`."""

    id: str
    kind: str
    route: Route
    sentence: str
    all: tuple[tuple[str, ...], ...]
    catches: tuple[str, ...]
    leaves: tuple[str, ...] = ()


class RuleFile(_Strict):
    """One file of rules/: the rules of one kind, or of one language."""

    kind: str
    rules: tuple[Rule, ...] = ()
    together: tuple[Together, ...] = ()

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"{kind} is not one of {', '.join(KINDS)}")
        return kind


class IdiomFile(_Strict):
    """idioms.yaml: sayings that sound dangerous and are not."""

    idioms: tuple[str, ...]


class SpellingFile(_Strict):
    """spelling.yaml."""

    becomes: dict[str, str]
    contexts: tuple[dict[str, str], ...]
    danger: str
    left_alone: str


class PictureFile(_Strict):
    """emoji.yaml: names of pictures that mean something, and which of them mean no harm alone."""

    pictures: dict[str, str]
    harmless: str


class ContextFile(_Strict):
    """context.yaml: the small words that decide about subject, time and negation."""

    filling: str
    negators: str
    see_through: str
    clause_breaks: str
    raising: str
    not_negated: tuple[str, ...]
    self_words: str
    other_words: str
    you_words: str
    past: tuple[str, ...]
    recovered: tuple[str, ...]
    returning: tuple[str, ...]
    present: tuple[str, ...]
    media: str
    quoted: tuple[str, ...]


class Language(_Strict):
    """How to know a language by its small words, and the words of its everyday errands."""

    name: str
    small_words: str
    everyday: str = ""


class LanguageFile(_Strict):
    """languages.yaml."""

    english: str
    languages: tuple[Language, ...]


@dataclass(frozen=True)
class RuleSet:
    """Everything that is read from rules/, with the version that names exactly this data."""

    rules: tuple[Rule, ...]
    together: tuple[Together, ...]
    idioms: tuple[str, ...]
    lists: dict[str, tuple[str, ...]]
    context: ContextFile
    languages: LanguageFile
    pictures: PictureFile
    spelling_file: SpellingFile
    version: str

    @cached_property
    def filling(self) -> frozenset[str]:
        """Words that patterns pass over."""
        return frozenset(self.context.filling.split())

    @cached_property
    def _bare_spelling(self) -> Spelling:
        """How the rules themselves are read: nothing is guessed, because what they say is meant."""
        file = self.spelling_file
        contexts: dict[str, tuple[InContext, ...]] = {}
        for entry in file.contexts:
            reading = InContext(
                entry["becomes"],
                after=_phrases(entry.get("after", "")),
                before=_phrases(entry.get("before", "")),
                never_after=_phrases(entry.get("never_after", "")),
            )
            contexts[entry["word"]] = (*contexts.get(entry["word"], ()), reading)
        return Spelling(
            becomes={typed: plain for plain, spellings in file.becomes.items() for typed in spellings.split()},
            contexts=contexts,
            danger=(),
            left_alone=frozenset(file.left_alone.split()),
            pictures=self.pictures.pictures,
        )

    @cached_property
    def spelling(self) -> Spelling:
        """How this set reads what is typed; it knows every word the rules speak of."""
        bare, danger = self._bare_spelling, tuple(self.spelling_file.danger.split())
        known = {word for pattern in self._every_pattern for word in pattern.words if word}
        known |= set(self.context.see_through.split()) | set(self.context.filling.split())
        known |= {word for plain in bare.becomes.values() for word in plain.split()} | set(danger)
        return Spelling(bare.becomes, bare.contexts, danger, bare.left_alone, bare.pictures, frozenset(known))

    @cached_property
    def reader(self) -> PatternReader:
        """Reads patterns with this set's lists and spelling."""
        return PatternReader(self.lists, self._bare_spelling.plain, self.filling)

    @cached_property
    def reader_of_every_word(self) -> PatternReader:
        """The same, passing over nothing: "not just" must stay apart from "not"."""
        return PatternReader(self.lists, self._bare_spelling.plain, frozenset())

    @cached_property
    def _every_pattern(self) -> list[Compiled]:
        context = self.context
        owners: list[tuple[str, tuple[str, ...]]] = [("idioms.yaml", self.idioms)]
        owners += [(f"list {name} in words.yaml", entries) for name, entries in self.lists.items()]
        for name in ("not_negated", "past", "recovered", "returning", "present", "quoted"):
            owners.append((f"{name} in context.yaml", getattr(context, name)))
        owners += [(f"rule {rule.id}", (*rule.says, *rule.unless, *rule.needs)) for rule in self.rules]
        return [self._read(owner, pattern) for owner, patterns in owners for pattern in patterns]

    def _read(self, owner: str, pattern: str) -> Compiled:
        try:
            return self.reader.read(pattern)
        except PatternError as error:
            raise RulesError(f"{owner}: {error}") from error


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.split(",") if phrase.strip())


def read_rules(data: dict[str, str]) -> RuleSet:
    """Read a rule set from file name to YAML text.

    Raises RulesError, naming the file or the rule and what is wrong, for YAML that does not parse, a field that is not
    known, a kind that is not in KINDS, a pattern that cannot be read, a rule id used twice.
    """
    digest = hashlib.sha256()
    for name in sorted(data):
        digest.update(name.encode() + b"\0" + data[name].encode() + b"\0")
    loaded = {name: _load(name, text) for name, text in data.items()}
    missing = sorted(_DATA - set(loaded))
    if missing:
        raise RulesError(f"{', '.join(missing)} must be among the rule files")
    found = [_as(RuleFile, name, loaded[name]) for name in sorted(set(data) - _DATA)]
    rules = tuple(rule.model_copy(update={"kind": rule.kind or file.kind}) for file in found for rule in file.rules)
    result = RuleSet(
        rules=rules,
        together=tuple(entry for file in found for entry in file.together),
        idioms=_as(IdiomFile, "idioms.yaml", loaded["idioms.yaml"]).idioms,
        lists={name: tuple(entries) for name, entries in loaded["words.yaml"].items()},
        context=_as(ContextFile, "context.yaml", loaded["context.yaml"]),
        languages=_as(LanguageFile, "languages.yaml", loaded["languages.yaml"]),
        pictures=_as(PictureFile, "emoji.yaml", loaded["emoji.yaml"]),
        spelling_file=_as(SpellingFile, "spelling.yaml", loaded["spelling.yaml"]),
        version=f"rules-{digest.hexdigest()[:12]}",
    )
    _check(result)
    return result


def _as(model: type[_FileT], name: str, loaded: dict[str, Any]) -> _FileT:
    try:
        return model.model_validate(loaded)
    except ValidationError as error:
        raise RulesError(f"{name}: {error}") from error


def _load(name: str, text: str) -> dict[str, Any]:
    try:
        loaded = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise RulesError(f"{name} is not YAML: {error}") from error
    if not isinstance(loaded, dict):
        raise RulesError(f"{name} must hold names and values, such as kind: and rules:")
    return loaded


def _check(rules: RuleSet) -> None:
    entries: tuple[Rule | Together, ...] = (*rules.rules, *rules.together)
    ids = [entry.id for entry in entries]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise RulesError(f"rule ids used twice: {', '.join(twice)}; give each its own")
    for entry in entries:
        if entry.kind not in KINDS:
            raise RulesError(f"rule {entry.id}: kind {entry.kind} is not one of {', '.join(KINDS)}")
    if not rules.spelling.known:
        raise RulesError("the rules speak of no word at all; write at least one rule")
    unknown = {part for entry in rules.together for group in entry.all for part in group} - set(ids)
    if unknown:
        raise RulesError(f"together names rules that do not exist: {', '.join(sorted(unknown))}")


@lru_cache(maxsize=1)
def shipped_rules() -> RuleSet:
    """The rules of this package, read once."""
    folder = files("dialogue.safety").joinpath("rules")
    data = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".yaml")}
    return read_rules(data)

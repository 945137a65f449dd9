"""Screening by rules that a clinician can read: the files under rules/, put to a text."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from dialogue.safety.clause import Clauses, Surroundings
from dialogue.safety.kinds import ROUTES, Route, more_urgent
from dialogue.safety.languages import Languages
from dialogue.safety.normal import HARD, Normal, normalise
from dialogue.safety.pattern import Finder, Found
from dialogue.safety.ruleset import Rule, RuleSet, shipped_rules
from dialogue.safety.screening import Reason, Screening, together

_MASK: Final = "_"
_SENTENCE: Final = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule or cue that holds for tokens `first` up to, not including, `after`."""

    id: str
    kind: str
    route: str
    first: int
    after: int


class Rules:
    """The rule detector. Make one with `Rules.shipped()`, or with a rule set of your own."""

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.version
        self.problem = ""
        self._set = rules
        self._rules = {rule.id: rule for rule in rules.rules}
        read = rules.reader.read
        filling = rules.filling
        self._says = Finder(((rule.id, read(says)) for rule in rules.rules for says in rule.says), filling)
        self._unless = Finder(((rule.id, read(says)) for rule in rules.rules for says in rule.unless), filling)
        self._needs = Finder(((rule.id, read(says)) for rule in rules.rules for says in rule.needs), filling)
        self._idioms = Finder((("idiom", read(idiom)) for idiom in rules.idioms), filling)
        self._quoted = Finder((("quoted", read(words)) for words in rules.context.quoted), filling)
        self._surroundings = Surroundings(rules)
        self._languages = Languages(rules)

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> "Rules":
        """The rules of this package, read and made ready once (some seconds), so that no message waits."""
        rules = Rules(shipped_rules())
        rules.screen("ready", ["ready"])
        return rules

    def screen(self, text: str, previous: Sequence[str] = ()) -> Screening:
        """Screen one text, alone and joined to `previous` (the person's last few texts, oldest first).

        Joined to the earlier texts it is flagged only for something its own words take part in. It answers any text.
        """
        normal = normalise(text, self._set.spelling)
        findings = self._findings(normal)
        screening = self._screening(normal, findings, "rule")
        if previous:
            screening = screening.joined_with(self._joined(normal, previous))
        unjudged = self._languages.cannot_judge(normal, flagged=screening.route != "none")
        if unjudged:
            reason = Reason(kind="unreadable", by=f"unreadable:{unjudged}", words=normal.words(0, len(normal.tokens)))
            screening = screening.joined_with(Screening(route="today", reasons=(reason,), version=self.version))
        return screening

    def _joined(self, normal: Normal, previous: Sequence[str]) -> Screening:
        """What only the texts together say, given in the words of the newest."""
        _, text, border = together(normal.text, previous)
        whole = normalise(text, self._set.spelling)
        newest = next((i for i, token in enumerate(whole.tokens) if token.start >= border), len(whole.tokens))
        crossing = [
            replace(finding, first=newest)
            for finding in self._findings(whole)
            if finding.first < newest < finding.after or (finding.id in self._both and finding.after > newest)
        ]
        return self._screening(whole, crossing, "joined")

    @property
    def _both(self) -> frozenset[str]:
        return frozenset(entry.id for entry in self._set.together)

    def _screening(self, normal: Normal, findings: Iterable[Finding], by: str) -> Screening:
        route: Route = "none"
        reasons: dict[tuple[str, str], Reason] = {}
        for finding in findings:
            named = next((name for name in ROUTES if name == finding.route), None)
            if named is None:
                continue
            route = more_urgent(route, named)
            reason = Reason(
                kind=finding.kind, by=f"{by}:{finding.id}", words=normal.words(finding.first, finding.after)
            )
            reasons.setdefault((reason.by, reason.words), reason)
        return Screening(route=route, reasons=tuple(reasons.values()), version=self.version)

    def _findings(self, normal: Normal) -> list[Finding]:
        masked = self._masked(normal)
        clauses = Clauses(masked, self._surroundings)
        unless = self._unless.around(masked)
        needs = {found.name for found in self._needs.find(masked)}
        findings: list[Finding] = []
        for found in self._says.find(masked):
            rule = self._rules[found.name]
            if rule.needs and rule.id not in needs:
                continue
            around = unless.near(found.first - _SENTENCE, found.after + _SENTENCE)
            if any(other.name == rule.id and _same_sentence(masked, other, found) for other in around):
                continue
            if any(earlier.id == rule.id and earlier.after >= found.after for earlier in findings[-8:]):
                continue
            finding = _judge(rule, found, clauses)
            if finding:
                findings.append(finding)
        return findings + self._together(findings)

    def _together(self, findings: list[Finding]) -> list[Finding]:
        result = []
        for entry in self._set.together:
            groups = [[finding for finding in findings if finding.id in group] for group in entry.all]
            if all(groups):
                last = max((finding for group in groups for finding in group), key=lambda finding: finding.after)
                first = min(group[0].first for group in groups)
                result.append(Finding(entry.id, entry.kind, entry.route, first, last.after))
        return result

    def _masked(self, normal: Normal) -> Normal:
        """The text with idioms, and lyrics or titles in quotation marks, taken out of sight."""
        hidden = {index for found in self._idioms.find(normal) for index in range(found.first, found.after)}
        if any(self._quoted.find(normal)):
            hidden |= _within_quotes(normal)
        if not hidden:
            return normal
        tokens = tuple(replace(t, word=_MASK) if i in hidden else t for i, t in enumerate(normal.tokens))
        return Normal(normal.text, tokens)


def _judge(rule: Rule, found: Found, clauses: Clauses) -> Finding | None:
    """Who, when, negated or not: the rule's route, a lower one, or nothing."""
    kind, route = rule.kind, rule.route
    subject = "self" if rule.who == "anyone" else clauses.subject(found)
    if subject == "you" or (rule.who == "other" and subject == "self"):
        return None
    if rule.who == "self" and subject == "other":
        kind = "someone_else"
    if (rule.negated == "clears" and clauses.denied(found)) or clauses.word_before(found) in rule.never_after:
        return None
    if rule.media == "clears" and clauses.only_media(found) and clauses.subject(found) != "self":
        return None
    if rule.past == "softens":
        time = clauses.time(found)
        if time == "recovered":
            return None
        if time == "past" and route == "now":
            route = "today"
    return Finding(rule.id, kind, route, found.first, found.after)


def _same_sentence(normal: Normal, other: Found, found: Found) -> bool:
    """In the same sentence, and not far off where sentences have no full stops."""
    first, after = min(other.first, found.first), max(other.after, found.after)
    return after - first <= _SENTENCE and all(token.word != HARD for token in normal.tokens[first:after])


def _within_quotes(normal: Normal) -> set[int]:
    marks = [i for i, character in enumerate(normal.text) if character in '"“”«»']
    hidden: set[int] = set()
    for index, token in enumerate(normal.tokens):
        before = bisect_left(marks, token.start)
        if before % 2 == 1 and before < len(marks):
            hidden.add(index)
    return hidden

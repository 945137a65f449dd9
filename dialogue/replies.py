# ruff: noqa: E501 -- a pattern reads best on one line
"""What a reply says in the place where it is given: a clear no, an agreement, a number, a line of the story.

These are closed grammars. What fits none of them is never bent until it does.
"""

import re
from dataclasses import dataclass
from typing import Literal

from dialogue.phrases import plain

_FILLER = r"(?:(?:oh|um|umm|er|erm|well|honestly|hi|hello|ok|okay|tbh) )*"
_NO = r"(?:no|nope|nah|na|naw|nae)"
_ABOUT_IT = r"(?: about (?:that|it|my safety|anyones safety|either))?"
# With a subject, always: "not at all safe" and "no im not safe" must never fit.
_SAFE = (
    r"(?:(?:im|i am|were|we are|i feel|im feeling) (?:all |both |very |totally |perfectly |completely |quite )*"
    r"(?:safe|fine|ok|okay|alright|all right|good|safe and well)|all (?:good|fine|ok)|nothing like that"
    rf"|i (?:dont|do not)(?: worry{_ABOUT_IT})?|(?:im |i am )?not worried{_ABOUT_IT})"
)
_COURTESY = r"(?: (?:thanks|thank you|thankyou|ta|cheers|mate|love|x|xx|xxx|at the moment|right now|now|here))*"
_CLEAR_NO = re.compile(
    rf"{_FILLER}(?:{_NO}(?: {_NO})*(?: (?:thank you|thanks))?(?: (?:and )?{_SAFE})*"
    rf"|(?:{_NO} )?(?:not at all|definitely not|never|none|neither|to both)|{_NO} (?:im|i am|were|we are) not){_COURTESY}"
)
_CLEAR_SAFE = re.compile(
    rf"{_FILLER}(?:im|i am|were|we are|i feel) (?:both |all |very |totally |perfectly |completely )*safe(?: and well)?{_COURTESY}"
)
_YES = re.compile(
    r"(?:oh |um |erm |er |well |honestly |ok )*(?:yes|yeah|yeh|yea|ye|yh|yep|yup|aye|ay|yess|i do|i am|definitely|always|all the time|every day)\b"
)
_HESITATION = re.compile(r"\.\.|…|\?")


_LONGEST = 160


def _short(words: str) -> str:
    """The plain text of a reply, or nothing when it is so long that it says more than these grammars know."""
    text = plain(words) if len(words) <= 2 * _LONGEST else ""
    return text if len(text) <= _LONGEST else ""


def is_clear_no(words: str) -> bool:
    """Whether a reply to the safety question is a plain no with nothing after it that takes it back.

    Signs, emoji, trailing dots and question marks make it unclear, as does every word the grammar does not know.
    """
    if _HESITATION.search(words) or any(not (c.isascii() or c in "’‘") for c in words):
        return False
    text = _short(words)
    return _CLEAR_NO.fullmatch(text) is not None or _CLEAR_SAFE.fullmatch(text) is not None


def is_clear_yes(words: str) -> bool:
    """Whether a reply to the safety question opens with a yes and does not go on to say that all is safe."""
    text = plain(words)
    match = _YES.match(text)
    if match is None:
        return False
    rest = text[match.end() :].strip()
    if len(rest) > _LONGEST:
        return True
    return not rest or re.fullmatch(rf"(?:no )?(?:and )?{_SAFE}{_COURTESY}", rest) is None


_AGREE_CORE = (
    r"(?:yes|yeah|yeh|yea|yep|yup|ye|yh|aye|ok|okay|k|sure|fine|correct|right|perfect|great|good|agreed|yes please|please do|go ahead|go on|of course|definitely|absolutely|yes you can|you can"
    r"|yes you may|you may|all good|looks good|sounds good|sounds right|spot on|happy with that|im happy with that|pass it on|send it|share it"
    r"|(?:thats|that is|its|it is|thats all|that looks|that sounds|all|this is) (?:right|fine|ok|okay|correct|good|great|perfect|all right|alright|about right|spot on)"
    r"|(?:that|it) (?:is|looks) (?:all )?(?:right|fine|ok|okay|correct|good))"
)
_AGREE = re.compile(
    rf"{_FILLER}{_AGREE_CORE}(?: (?:and )?(?:{_AGREE_CORE}|please|thanks|thank you|ta|cheers|x|xx|pass it on|you can pass it on|please pass it on)){{0,4}}"
)
_REFUSE = re.compile(r"\b(?:no|not|dont|do not|never|cant|but|except|wait|unless|only if|rather)\b")
_DO_NOT_SHARE = re.compile(
    r"(?:no |please |pls |i |id |would |rather |you |you cant |you may not |actually |sorry )*(?:dont|do not|rather not|not|cant|cannot|may not|never|dont want (?:you to |it |this |that |to )?)\s?"
    r"(?:want (?:you to |to |it to be |it |this |that )?)?(?:be )?(?:pass|passed|passing|share|shared|sharing|send|sent|sending|tell|told|show|shown)\b(?: \w+){0,5}"
)
_NOTHING_MORE = re.compile(
    r"(?:no |nope |nah |ok |and |i think |so )*(?:thats (?:it|all|everything)|that is (?:it|all|everything)|nothing (?:else|more|to add)|no more|thats me|all done|done)(?: (?:thanks|thank you|really|i think|for now|x))*"
)
_NOTHING = re.compile(
    r"(?:no |nope |nah |um |er )?(?:nothing|nothin|nuffin|nowt|none|nobody|no one|nobody really|nothing really|n a|not applicable)(?: (?:really|thanks|sorry))*"
)
_CARELESS = re.compile(
    r"(?:ok |yeah |yeh |yes |well |i )*(?:what ?ever|watever|if you (?:like|want|must)|up to you|guess|guess so|suppose|suppose so|dont care|not bothered|not fussed|dont mind)"
)
_PLAIN_NO = re.compile(
    r"(?:no|nope|nah|na|(?:(?:no|nah|na) )?not (?:really|rly|rlly|quite)|naw)(?: (?:thanks|thank you|sorry|it isnt|its not|thats not right))?"
)


def is_agreement(words: str) -> bool:
    """Whether a reply to the playback plainly agrees, with no condition."""
    return _AGREE.fullmatch(_short(words)) is not None


def has_a_condition(words: str) -> bool:
    """Whether a reply holds a word that refuses or limits, so that no understanding may take it for agreement."""
    return _REFUSE.search(plain(words)) is not None


def is_refusal_to_share(words: str) -> bool:
    """Whether a reply to the playback says that the story is not to be passed on."""
    return _DO_NOT_SHARE.fullmatch(_short(words)) is not None


def has_nothing_more(words: str) -> bool:
    """Whether a reply says that there is nothing to add, which is no agreement yet."""
    return _NOTHING_MORE.fullmatch(_short(words)) is not None


def leaves_it_to_us(words: str) -> bool:
    """Whether a reply to the playback shrugs, which is neither an agreement nor something to add: "whatever"."""
    return _CARELESS.fullmatch(_short(words)) is not None


def says_nothing(words: str) -> bool:
    """Whether a reply to an open question says, politely or not, that there is nothing to say."""
    return is_plain_no(words) or has_nothing_more(words) or _NOTHING.fullmatch(_short(words)) is not None


def is_plain_no(words: str) -> bool:
    """Whether a reply is a bare no."""
    return _PLAIN_NO.fullmatch(_short(words)) is not None


_NUMBER_WORDS = {
    word: number
    for number, names in enumerate(
        (
            "one first 1st",
            "two second 2nd",
            "three third 3rd",
            "four fourth 4th",
            "five fifth 5th",
            "six sixth 6th",
            "seven seventh 7th",
            "eight eighth 8th",
            "nine ninth 9th",
        ),
        start=1,
    )
    for word in names.split()
}
_N = r"(?:\d{1,2}|" + "|".join(_NUMBER_WORDS) + r")"
_LIST = rf"(?:the )?(?:number |no |line |nr |numbers |lines )?{_N}(?: (?:one|line))?(?: (?:and )?(?:the )?(?:number |line )?{_N}(?: one)?)*"
_PICK = re.compile(
    rf"(?:ok |yes |yeah |the |id like |i want |ill take |ill have |option |number |no |choice |can i have |i pick |please )*({_N})(?: (?:one|option|please|pls|thanks|thank you|x|is fine|is good|suits me|would be good))*"
)
_LEAVE_OUT = re.compile(
    rf"(?:yes |yeah |ok |but |please |can you |could you |just |id like to |i want to |no )*(?:(?:leave|take|miss|cut|keep) (?:(?:out )?({_LIST})(?: out)?)|(?:remove|delete|drop|scrap|erase|without|not|skip) ({_LIST}))(?: please| thanks)*"
)
_CHANGE = re.compile(
    rf"(?:yes |yeah |ok |but |please |can (?:you|i|we) |could (?:you|i|we) |just |id like to |i want to |no )*(?:change|reword|edit|correct|rewrite|redo|fix) (?:the )?(?:number |no |line )?({_N})(?: one)?(?: please| thanks)*"
    rf"|(?:the )?(?:number |line )?({_N})(?: one)? (?:is|isnt|is not) (?:wrong|not right|right|what i (?:meant|said))"
)


@dataclass(frozen=True)
class LineWish:
    """What is to be done with lines of the story; numbers count from 1, as they are shown."""

    wish: Literal["leave_out", "change"]
    numbers: tuple[int, ...]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBER_WORDS[word]


def picked_number(words: str) -> int | None:
    """The number a reply picks from a list, counted from 1: "2", "number 2", "2nd one pls"; None for anything else."""
    match = _PICK.fullmatch(_short(words))
    return _number(match.group(1)) if match else None


_NONE_OF_THESE = re.compile(
    r"(?:no |sorry |im afraid |nope )*(?:none|neither)(?: of)?(?: (?:those|these|them|the above|that))?(?: (?:times|suit|suits|suit me|work|works|work for me|fit|are any good|please|thanks|sorry|im afraid))*"
)


def refuses_all(words: str) -> bool:
    """Whether a reply refuses all that is on offer, and says no more than that: "none of those"."""
    return _NONE_OF_THESE.fullmatch(_short(words)) is not None


def line_wish(words: str) -> LineWish | None:
    """What a reply to the playback asks for some of its lines: "leave out 2", "change the first one"."""
    text = _short(words)
    if match := _LEAVE_OUT.fullmatch(text):
        numbers = re.findall(rf"\b{_N}\b", match.group(1) or match.group(2))
        return LineWish(
            "leave_out", tuple(dict.fromkeys(_number(n) for n in numbers if n != "one" or len(numbers) == 1))
        )
    if match := _CHANGE.fullmatch(text):
        return LineWish("change", (_number(match.group(1) or match.group(2)),))
    return None

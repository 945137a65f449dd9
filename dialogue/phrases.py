# ruff: noqa: E501 -- a pattern reads best on one line
"""Closed phrase lists: what a short text plainly means, whatever the language understanding makes of it.

Patterns work on `plain(words)`: lower case, no apostrophes, no punctuation, single spaces. Each has to fit the
whole text, give or take a greeting before and a courtesy after it, so that a story that merely mentions a word
("I can't stop crying", "my sister helps me") stays an answer.
"""

import re
from typing import Literal, get_args

Side = Literal[
    "who_are_you",
    "are_you_a_robot",
    "who_sees_this",
    "is_it_confidential",
    "how_long_is_the_wait",
    "what_happens_next",
    "bring_someone",
    "interpreter",
    "communication_need",
    "why_ask",
    "where_to_start",
    "cost",
    "where_is_it",
    "own_data",
    "delete_story",
    "for_someone_else",
    "complaint",
    "cancel_booking",
    "move_booking",
]
"""Questions and requests beside the subject; each has an approved answer in the phrasebook."""

Steering = Literal["skip", "correct", "never_mind", "repeat", "go_back", "pause", "thanks", "sorry", "greet"]
"""How a person steers the conversation."""

Meaning = Literal["human"] | Steering | Side

SIDES: tuple[Side, ...] = get_args(Side)

_NOT_WORDS = re.compile(r"[^\w]+|_")


def plain(words: str) -> str:
    """`words` for matching: lower case, apostrophes dropped, all else that is no letter or digit one space."""
    lowered = words.lower()
    for mark in ("'", "’", "‘", "`", "´"):
        lowered = lowered.replace(mark, "")
    return _NOT_WORDS.sub(" ", lowered).strip()


def is_wordless(words: str) -> bool:
    """Whether there is not one letter or digit in `words`: only emoji, signs or nothing."""
    return not any(character.isalnum() for character in words)


_BEFORE = (
    r"(?:(?:ok|okay|hi|hiya|hello|hey|sorry|er|erm|um|umm|so|and|but|well|please|pls|plz|just|actually|wait|oh|ah|no|yeah|yes"
    r"|quick question|can i ask|could i ask|may i ask|i wonder|i was wondering|tell me|do you know)\s)*"
)
_AFTER = (
    r"(?:\s(?:please|pls|plz|thanks|thank you|thankyou|ta|cheers|mate|love|x|xx|xxx|tho|though|then|now|right now|btw|sorry|if thats ok"
    r"|if possible|at all|here|exactly|actually|again))*"
)


def _any_of(*cores: str) -> re.Pattern[str]:
    return re.compile(_BEFORE + r"(?:" + "|".join(cores) + r")" + _AFTER)


_WHO = (
    r"(?:(?:a|an|some|any|the|one of the|one of your|your)\s)?(?:(?:real|actual|live|proper|duty|human)\s)*"
    r"(?:human|human being|person|someone|somebody|anyone|anybody|nurse|doctor|worker|practitioner|operator|agent|adviser|advisor"
    r"|counsellor|therapist|staff|team|member of (?:the )?(?:staff|team)|team member)(?: (?:real|human|proper|else|from the team|there))?"
    r"(?: (?:instead|not a (?:robot|bot|machine|computer)))?"
)
_TALK = r"(?:talk|talking|speak|speaking|spk|chat|chatting|write|text)(?: to| with| 2)"
_ASK = (
    r"(?:can|could|may|might) (?:i|we)(?: please)?|i (?:just |really |only )?(?:want|need|wanna|wana|would like|would rather|have|must)(?: to| 2)?"
    r"|id (?:really |much )?(?:like|rather|prefer)(?: to)?|im wanting to|let me|want to|need to|wanna|rather|please|any chance (?:i can|of)"
)

_MEANINGS: dict[Meaning, re.Pattern[str]] = {
    "human": _any_of(
        rf"(?:(?:{_ASK}) )?{_TALK} {_WHO}",
        rf"(?:i (?:just |really )?(?:want|need|would like)|id like|get me|give me|fetch me|put me (?:through|on|thru) to|connect me (?:to|with)"
        rf"|transfer me to|(?:can|could) (?:i|you) (?:have|get|get me|fetch|fetch me|bring in|put me (?:through|thru) to)"
        rf"|is there|are there|i want to be put through to) {_WHO}(?: (?:to talk to|i can (?:talk|speak) to|to speak to|available|there))?",
        rf"(?:can|could|will|would) (?:{_WHO}|you) (?:please )?(?:call|ring|phone|contact|text|message|talk to|speak to|write to|get in touch with|read)"
        r" (?:me|us|this)(?: back)?",
        r"(?:call|ring|phone) me(?: back)?",
        r"(?:a |an )?(?:real |actual |live )?(?:human|human being|person|agent|operator)",
        r"(?:a |an )?(?:real|actual|live|proper) (?:human|human being|person|one|people)(?: not a (?:robot|bot|machine|computer))?",
        r"(?:i )?(?:dont|do not|dnt|wont|will not|cant) (?:want to |wanna |like to |like )?(?:talk|talking|speak|speaking|write|text|chat)(?:ing)? (?:to|with)"
        r" (?:a |an )?(?:robot|bot|machine|computer|chatbot|ai)",
        r"(?:no|not|not a|no more) (?:robot|bot|robots|bots|machine|machines|computer|computers)",
        r"is there (?:someone|somebody|anyone|anybody) (?:i can |to )(?:talk|speak) to",
        r"(?:when (?:will|is|does|are)|how long (?:till|until|before|til)|(?:is|will)) (?:someone|somebody|anyone|anybody|a person|the person|they) (?:come|coming|comes|reply|replies|be here|here|get here|write|ring|call|get in touch|be in touch)(?: (?:to (?:talk|speak) to )?me| back)?",
    ),
    "skip": _any_of(
        r"skip(?: (?:it|this|that|this one|that one|this question|that question|the question))?",
        r"pass",
        r"next(?: (?:one|question))?",
        r"(?:id |i would |would )?(?:rather|prefer) not(?: to)?(?: (?:say|answer|talk about (?:it|that|this)|tell|tell you))?",
        r"(?:i )?(?:dont|do not|dnt) (?:want to|wanna|wana|feel like|really want to)(?: (?:say|answer|answering|talk about (?:it|that|this)|talking about (?:it|that|this)"
        r"|tell you|go there|answer (?:that|this)(?: one)?))",
        r"no comment",
        r"(?:can|could|may) (?:we|i) (?:skip|leave|miss)(?: (?:it|this|that|this one|that one|this question|out))*",
        r"(?:i )?(?:dunno|dno|duno|dont know|do not know|dnt know|dk|idk|have no idea)(?: really| tbh| what to say| how to answer(?: that)?| sorry)?",
        r"(?:im )?not (?:really |too )?sure(?: really| tbh| what to say)?",
        r"no idea",
        r"(?:i )?(?:cant|cannot) (?:say|answer|think of anything|think|explain)(?: (?:it|that|this))?",
        r"(?:id )?rather not",
    ),
    "correct": _any_of(
        r"(?:thats|that is) not (?:what i (?:meant|mean|said)|right|it|correct)",
        r"that (?:isnt|wasnt|aint) what i (?:meant|mean|said)",
        r"(?:i )?(?:didnt|did not|dont|didn t) mean (?:that|it like that|to say that|it that way)",
        r"(?:can|could|may) i (?:change|correct|edit|redo|fix|reword|rewrite|take back)(?: (?:that|it|this|my answer|my last answer|the last one|what i (?:said|wrote|put)))?",
        r"i (?:want|need|would like) to (?:change|correct|edit|redo|fix|reword|rewrite|take back)(?: (?:that|it|this|my answer|my last answer|what i (?:said|wrote|put)))?",
        r"(?:change|correct|edit|redo) (?:that|my answer|my last answer|the last one|what i (?:said|wrote))(?: (?:about|on|to)(?: \w+){1,5})?",
        r"(?:i )?(?:made|ive made) a (?:mistake|typo)",
        r"(?:i )?(?:got|wrote|put|said) (?:that|it) wrong",
        r"(?:thats|that is|that was) (?:all )?wrong",
        r"ignore (?:that|my last (?:message|text)|what i (?:just )?(?:said|wrote))",
        r"wrong answer",
    ),
    "never_mind": _any_of(
        r"never ?mind",
        r"nvm",
        r"forget (?:it|that)",
        r"leave (?:it|that)(?: as it (?:is|was))?",
        r"it doesnt matter",
        r"doesnt matter",
        r"its fine(?: as it (?:is|was))?",
    ),
    "repeat": _any_of(
        r"(?:can|could) you (?:repeat|say|ask)(?: (?:that|it|the question|me))?(?: again)?",
        r"repeat(?: (?:that|it|the question))?",
        r"(?:say|ask) (?:(?:that|it|me) )?again",
        r"(?:i |ive )?(?:forgot|forgotten) (?:what|wot) (?:you|u) (?:asked|askd|said)",
        r"what (?:did you|did u|d you) (?:say|ask)(?: again)?",
        r"what was (?:that|the question)(?: again)?",
        r"whats the question",
        r"(?:pardon|(?:i )?beg your pardon|come again|eh|what)",
        r"(?:i |me )?(?:dont|didnt|do not|did not|no|not) (?:understand|get it|get that|follow)(?: (?:that|it|the question|you))?",
        r"what do you mean(?: by that)?",
        r"you what",
    ),
    "go_back": _any_of(
        r"(?:can|could|may) (?:we|i|you) go back(?: (?:one|a step|to the (?:last|previous) (?:one|question)|a question))?",
        r"go back(?: (?:one|a step|to the (?:last|previous) (?:one|question)|a question))?",
        r"back(?: (?:one|a step))?",
        r"(?:the )?(?:previous|last) question",
        r"(?:id like|i want|i would like) to go back(?: (?:one|a step))?",
    ),
    "pause": _any_of(
        r"(?:later|not now|another time|another day|tomorrow|in a bit|in a minute|give me a (?:minute|sec|second|moment)|one (?:sec|minute|moment)|brb)",
        r"(?:can|could) (?:we|i) (?:do this|carry on|talk|continue|come back(?: to (?:this|it))?|finish(?: this)?|stop)(?: (?:later|another time|another day|tomorrow|for now))+",
        r"(?:ill|i will) (?:come back|carry on|text|write|do (?:this|it)|reply|be back|answer)(?: (?:to (?:this|it|you)|you))?(?: (?:later|tomorrow|soon|another time|in a bit))*",
        r"(?:i )?(?:need|want) a (?:break|minute|moment)",
        r"(?:i )?(?:cant|cannot) do this (?:right )?now",
        r"(?:bye|goodbye|good bye|bye bye|ta ra|tara|see you|see ya|cya|night|night night|good night|goodnight|got to go|gotta go|g2g|gtg)(?: (?:bye|for now|later))*",
    ),
    "thanks": _any_of(
        r"(?:many |ok |lots of )?(?:thanks|thank you|thankyou|thanku|thx|ty|cheers|ta|tysm|much appreciated|appreciate it)"
        r"(?: (?:so much|very much|a lot|again|for (?:that|this|everything|listening|your help|all that|the help)))*(?: (?:and )?(?:bye|goodbye|bye bye|good night|goodnight|night))?",
        r"thats (?:great|lovely|brilliant|good|kind|really kind)",
    ),
    "sorry": _any_of(
        r"(?:(?:im |i am )?(?:so |really |very )?sorry|apologies|my bad)(?: (?:about|for) (?:that|this|before|swearing|being rude|the swearing))?",
        r"(?:i )?(?:shouldnt|should not) have (?:said|sent|written) (?:that|it)",
    ),
    "greet": _any_of(
        r"(?:hi+|hiya+|hel+o+|he+y+|heya|hullo|yo|good morning|good afternoon|good evening|morning|afternoon|evening|ey up|ay up|hi there|hello there|hey there)"
        r"(?: (?:there|again|mate|all|everyone))*",
        r"(?:im )?(?:back|here|ready)(?: again| now)?",
        r"(?:hi |hello |hey )?(?:im )?(?:so |really |very )?sorry(?: (?:i|ive))? (?:went quiet|for (?:the|my) (?:late reply|delay|silence)|for not (?:replying|answering|texting back)|late reply|been busy|didnt reply|for going quiet)",
        r"(?:are )?(?:you|u) (?:still )?there",
        r"(?:is )?(?:anyone|anybody|someone|somebody) there",
    ),
    "who_are_you": _any_of(
        r"(?:who|what) (?:are|r) (?:you|u)",
        r"(?:who|what) is this",
        r"whos (?:this|that)",
        r"whats this(?: (?:number|service|about))?",
        r"who am i (?:talking|speaking|texting|writing)(?: to| with)?",
        r"who is (?:texting|writing to|messaging) me",
        r"whats your name",
    ),
    "are_you_a_robot": _any_of(
        r"(?:are|r) (?:you|u) (?:a |an )?(?:real )?(?:robot|bot|chatbot|machine|computer|ai|human|person|real|real person|program|automated)",
        r"(?:is|am i talking to|am i speaking to|am i texting|is this) (?:this )?(?:a |an )?(?:real )?(?:robot|bot|chatbot|machine|computer|ai|human|person|real|automated)",
        r"is there a (?:real )?person (?:there|reading this)",
        r"(?:you|u|ur|youre|you are) (?:just )?(?:a |an )?(?:robot|bot|machine|computer|ai)(?: (?:arent|arnt|aint|are) (?:you|u))?",
    ),
    "who_sees_this": _any_of(
        r"who (?:sees|reads|will see|will read|can see|can read|gets|gets to see|is reading|is going to read|gets to read|else (?:sees|reads|can see))"
        r" (?:this|these|it|what i (?:write|say|text|send|wrote)|my (?:messages|texts|words|answers)|all this)",
        r"(?:is|does) (?:anyone|anybody|someone|somebody) (?:reading|read|see|seeing) (?:this|these|my (?:messages|texts))",
        r"(?:will|does|can) (?:my )?(?:gp|doctor|family|parents|mum|mam|dad|partner|husband|wife|work|boss|school|employer|police|social services) (?:see|read|know about|be told(?: about)?|find out about|find out|get told)"
        r"(?: (?:this|it|any of this|what i (?:say|write)))?",
        r"(?:will|does|can|could) (?:he|she|they) (?:see|read|find out about|find out|get told)(?: (?:this|it|any of this|what i (?:say|write)))?",
        r"where does (?:this|it|what i (?:write|say)) go",
    ),
    "is_it_confidential": _any_of(
        r"is (?:this|it|that|what i (?:say|write|tell you)) (?:all )?(?:confidential|private|anonymous|secret|safe to (?:say|write))",
        r"(?:will|do) you (?:tell|keep|share)(?: (?:anyone|anybody|it|this|people|my (?:gp|family|doctor)|it private|this private|it secret|it to yourself))*",
        r"(?:is it|its) (?:between us|just between us)",
        r"can i trust you",
        r"(?:is|does|will) (?:this|it|that|any of (?:this|it)) (?:go|going|be|get put|going to be|going to go) (?:on|in|into|onto) my (?:medical |nhs |gp |health )?(?:record|records|notes|file)",
    ),
    "how_long_is_the_wait": _any_of(
        r"how long (?:is|will|does|do|till|til|until|before|am) (?:(?:the|it|this|that|i|we|you|someone|somebody|get|got|have|to|be|going|a|an|my|your|usually|normally|by) )*"
        r"(?:wait|waiting|waiting list|take|be|is|appointment|appt|seen|see me|hear|reply|answer|comes|come)(?: (?:to (?:be|get) seen|for (?:an )?(?:appointment|appt|help)|list|time|back|from you))*",
        r"whats the (?:wait|waiting list|waiting time)(?: like)?",
        r"(?:is there a|how long is the|hows the) (?:wait|waiting list|waiting time)",
        r"when (?:will|do|can|would) i (?:be seen|get seen|get an appointment|hear|hear back|see someone|see somebody|get help|get to see someone)",
    ),
    "what_happens_next": _any_of(
        r"what(?:s| is| will| does)? (?:happens?|happening|going to happen|happen|next|comes next)(?: (?:next|now|after(?: this)?|then|to me))*",
        r"(?:and )?then what",
        r"what (?:do i|do we|should i) do (?:next|now)",
        r"how does (?:this|it) work",
    ),
    "bring_someone": _any_of(
        r"(?:can|could|may|is it ok if|is it okay if|am i allowed to)(?: i)? (?:bring|take)(?: along)? (?:my |a |an |some)?\w+(?: \w+){0,3}?(?: (?:with me|along|there|come|to it))?",
        r"(?:can|could|may|is it ok if|is it okay if|am i allowed to)(?: i)? have (?:my |a |an |some)?\w+(?: \w+){0,3}? (?:with me|along|there|come|come along|come with me)",
        r"(?:can|could|may) (?:my |a )?(?:mum|mam|mom|dad|partner|husband|wife|friend|mate|sister|brother|son|daughter|nan|carer|girlfriend|boyfriend|support worker|someone|somebody)"
        r" (?:come|be there|come with me|come along|come too|join|help me)(?: (?:with me|along|too))?",
        r"do i have to come (?:alone|on my own|by myself)",
    ),
    "interpreter": _any_of(
        r"(?:can i (?:have|get)|could i (?:have|get)|i (?:need|want|would like)|id like|do you have|is there|will there be) (?:a |an )?(?:\w+ )?(?:interpreter|translator)(?: \w+){0,3}",
        r"(?:i )?(?:dont|cant|do not|cannot) (?:speak|write|read|understand) (?:much |good |very good |very much )?english(?: (?:very )?(?:well|good))?",
        r"(?:can|do) (?:we|you|i) (?:talk|speak|do this|write|text) (?:in )?(?:my language|another language|polish|urdu|arabic|welsh|romanian|punjabi|bengali|somali|farsi|ukrainian|spanish|french|portuguese)",
        r"(?:i |me )?(?:am )?(?:no|not) (?:speak|speaking|write|read) (?:much |good |very good )?english(?: (?:very )?(?:well|good|much))?",
        r"my english (?:is )?(?:not|no|very|bad)(?: (?:so|very))?(?: (?:good|bad))?",
        r"(?:do )?(?:you )?have (?:a |any )?(?:person|people|someone|somebody|anyone) (?:who |that )?(?:speak|speaks|speaking) \w+",
        r"interpreter",
    ),
    "communication_need": _any_of(
        r"(?:i am|im) (?:deaf|blind|partially sighted|hard of hearing|dyslexic)",
        r"(?:i )?(?:cant|cannot|find it hard to) (?:hear|see|read)(?: (?:very |too )?well| small print)?",
        r"(?:i )?(?:cant|cannot|dont|do not|hate to|hate) (?:talk|talking|speak|do) on the phone",
        r"(?:i )?(?:need|use|would like|prefer) (?:large print|easy read|braille|sign language|bsl|a bsl interpreter|british sign language|a hearing loop)",
        r"(?:i have|ive got|i am|im) (?:autism|autistic|adhd|dyslexia|a learning disability)",
    ),
    "why_ask": _any_of(
        r"why (?:do|did|are|would|r) (?:you|u) (?:ask|asking|need|want|wanting|need to|want to)(?: (?:me|to|know|ask|that|this|it|all|these|so many|questions|about))*",
        r"why should i (?:tell|answer|say)(?: (?:you|anything|that|this|them))*",
        r"why (?:does|is) (?:that|this|it) (?:matter|important|relevant)",
        r"why",
    ),
    "where_to_start": _any_of(
        r"(?:(?:i )?(?:dont|do not) know |not sure |dunno )?(?:where|how) (?:do i|to|should i|can i) (?:even )?(?:start|begin)(?: (?:with (?:this|it|that)|even))*",
        r"what (?:do i|should i|shall i|do you want me to|am i (?:meant|supposed) to) (?:say|write|put|tell you)",
    ),
    "cost": _any_of(
        r"(?:how much|what) (?:does|do|will|would|is) (?:it|this|that|i|the appointment) (?:cost|costs|have to pay|pay|to pay)(?: me)?",
        r"how much is (?:it|this|that|the appointment)",
        r"(?:is|are) (?:it|this|the (?:service|texts|appointment|appointments)|these texts) (?:free|free of charge)",
        r"(?:do|will) i (?:have to|need to) pay(?: (?:for (?:it|this)|anything))?",
        r"(?:does|will) (?:it|this) cost(?: (?:me )?(?:anything|money|a lot|much))?",
        r"whats the (?:cost|price)",
        r"how much",
    ),
    "where_is_it": _any_of(
        r"where (?:is|are|r|will|do|would)(?: (?:it|that|you|u|this|the place|i|we|the appointment|the meeting|the first conversation))(?: (?:be|based|go|have to go|come|meet|held|at|to))*",
        r"wheres (?:it|that|the place|this|the appointment)(?: (?:at|held))?",
        r"whats the address",
        r"how do i (?:get there|find (?:it|you))",
        r"(?:is there|have you got|do you have) (?:any )?parking",
        r"which bus(?: do i (?:get|take))?",
    ),
    "own_data": _any_of(
        r"what (?:do|have) you (?:have|got|hold|know|keep|stored|store)(?: on| about)? me",
        r"what (?:information|data|info|details) (?:do|have) you (?:have|got|hold|keep|store|stored)(?: (?:on|about) me)?",
        r"(?:can i (?:see|have|get)|send me|show me) (?:everything |all )?(?:my (?:data|information|records|file|notes|story)|what you have (?:on|about) me)",
    ),
    "delete_story": _any_of(
        r"(?:can you |could you |i want you to |id like you to |i want to )?(?:delete|erase|remove|wipe|get rid of) (?:all )?(?:my )?(?:of )?(?:it|this|that|everything|all|all of (?:it|this)"
        r"|my (?:story|data|messages|texts|details|information|records|number)|story|data|messages|everything (?:i (?:said|wrote|told you)|about me)|what i (?:said|wrote|told you))",
        r"forget (?:everything|all) (?:i (?:said|told you|wrote)|about me)",
    ),
    "for_someone_else": _any_of(
        r"(?:its|this is|im (?:writing|texting|asking|doing this)|i am (?:writing|texting|asking)) (?:for|about|on behalf of) (?:my |a |an )?(?:mum|mam|mom|dad|partner|husband|wife|friend|mate|sister|brother|son"
        r"|daughter|nan|grandad|neighbour|girlfriend|boyfriend|patient|client|someone else|somebody else|someone|somebody|family member|relative)",
        r"its not (?:for )?me its (?:for )?my \w+",
        r"can i (?:do this|write|refer|text|ask) (?:for|on behalf of) (?:someone|somebody|my \w+|a \w+)(?: else)?",
        r"(?:im|i am) (?:a|the|his|her|their) (?:gp|doctor|nurse|teacher|social worker|support worker|health visitor|midwife)"
        r"(?: (?:referring|making a referral|(?:and )?(?:i )?(?:want to|would like to|need to|wish to) (?:refer|make a referral)(?: \w+){0,12}))?",
    ),
    "complaint": _any_of(
        r"(?:i want to|id like to|how do i|can i|i would like to) (?:complain|make a complaint|put in a complaint)(?: about (?:this|you|it|the service))?",
        r"(?:this is|youre|you are) (?:useless|rubbish|crap|shit|a joke|no help|no use|not helping|pathetic|a waste of time)",
        r"(?:piss|fuck|sod|bugger) off",
    ),
    "cancel_booking": _any_of(
        r"(?:can i |could i |i want to |i need to |id like to |how do i |please )?(?:cancel|call off) (?:my |the |this |that )?(?:appointment|appt|booking|meeting|conversation|slot|it)",
        r"(?:i )?(?:cant|cannot|wont be able to|can not) (?:make it|come|make (?:the|my) (?:appointment|appt|booking|meeting))(?: (?:anymore|any more|after all|on \w+|tomorrow|today))*",
    ),
    "move_booking": _any_of(
        r"(?:can i |could i |can we |could we |i want to |i need to |id like to |how do i )?(?:move|change|reschedule|rebook|rearrange|swap) (?:my |the |this |that )?(?:appointment|appt|booking|meeting|conversation|slot|time|day|date)(?: (?:please|to \w+(?: \w+){0,3}))?",
        r"(?:can i |could i |can we )?(?:come|have it) (?:another|a different) (?:time|day)(?: instead)?",
        r"reschedule",
    ),
}

# What is asked for in the middle of a longer text, in words that leave no doubt: it is heard, and the rest is kept.
_HUMAN_WITHIN = re.compile(
    rf"\b(?:{_ASK}|can somebody let me) (?:{_TALK} (?:a |an )?(?:(?:real |actual |live |proper )(?:human|person|human being|people)|human(?: being)?\b|person\b|member of staff)"
    r"|(?:talk|speak|chat) (?:to|with) (?:someone|somebody|anyone|anybody)\b)"
)


def meaning(words: str) -> Meaning | None:
    """What a text plainly means beside being an answer; None when it is none of these, or has more to say."""
    text = plain(words)
    if not text or len(text) > 160:
        return None
    for name, pattern in _MEANINGS.items():
        if pattern.fullmatch(text):
            return name
    return None


_HOPED_FOR = re.compile(
    r"(?:i (?:just |really |only )?(?:want|need|would like)|id (?:really )?like)\b.*\b(?:someone|somebody|anyone|anybody)\b(?:(?! real| human).)*"
)


def may_be_an_answer(words: str) -> bool:
    """Whether a request for a person is also what somebody would say who is asked what they hope for.

    "I need someone to talk to" is both; "can I speak to a real person" is only the one.
    """
    return _HOPED_FOR.fullmatch(plain(words)) is not None


def asks_for_a_person_within(words: str) -> bool:
    """Whether a longer text asks, somewhere in it and in so many words, for a human being."""
    return _HUMAN_WITHIN.search(plain(words)) is not None


_WHEN_DO_THEY_COME = _any_of(
    r"how (?:long|much longer)(?: (?:will|is) (?:it|that|this|he|she|they)(?: (?:be|take|going to (?:be|take)))?)?",
    r"when",
    r"(?:are|r|is) (?:they|he|she|it|anyone|someone|somebody|the person)(?: still)? (?:coming|on (?:the|their|his|her) way)",
    r"any (?:news|sign of (?:them|anyone|anybody))",
)
_NOD = r"(?:ok|okay|k|kk|right|alright|all right|fine|great|cool|lovely|perfect|will do)"
_THANKS = r"(?:thanks|thank you|thankyou|thx|ty|ta|cheers|bye|goodbye|see you)"
_NO_NAME = r"(?!(?:no|not|but|for|nothing|anyway|help|i|im)\b)"
_PARTING = re.compile(
    rf"{_NOD}|(?:{_NOD} )*(?:that (?:is|was) (?:kind|good) )?{_THANKS}(?: {_THANKS}| so much| very much)*(?: {_NO_NAME}\w+)?(?: x+)?"
)


def asks_when_somebody_comes(words: str) -> bool:
    """Whether a text asks how long it takes, as somebody does who waits for a person: "how long", "are they coming"."""
    return _WHEN_DO_THEY_COME.fullmatch(plain(words)) is not None


def is_a_parting(words: str) -> bool:
    """Whether a text only nods or thanks, by name or without: what is said to a practitioner who has just finished."""
    return _PARTING.fullmatch(plain(words)) is not None

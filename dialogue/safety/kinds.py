"""The closed list of what a screening can find, each with the sentence a practitioner reads beside the words."""

from typing import Final, Literal

Route = Literal["now", "today", "none"]

ROUTES: Final[tuple[Route, ...]] = ("none", "today", "now")
"""From the least to the most urgent: who has to look, and by when. It says nothing about the person."""

KINDS: Final[dict[str, str]] = {
    "suicide": "May be thinking of ending their life.",
    "self_harm": "May be hurting themselves, or about to.",
    "overdose": "May have taken, or be about to take, too much of something or something poisonous.",
    "harm_to_others": "May be about to hurt somebody, or has hurt somebody.",
    "domestic_abuse": "May be being hurt, threatened or controlled by a partner or a relative.",
    "sexual_assault": "May have been sexually assaulted, or be at risk of it.",
    "child_safeguarding": "A child may be being hurt, neglected or exploited.",
    "adult_safeguarding": "An adult may be being exploited, neglected or hurt by somebody they depend on.",
    "psychosis": "May be hearing or believing things that put them or somebody else in danger.",
    "perinatal": "A person who is pregnant or has a new baby, or the baby, may be in danger.",
    "eating_disorder": "May be in physical danger from not eating, purging or an eating disorder.",
    "self_neglect": "May be unable to keep themselves fed, warm, clean or on essential medicine.",
    "medical_emergency": "May need emergency medical help.",
    "someone_else": "Is worried that somebody else is in danger.",
    "low_mood": "Is having a very hard time; a practitioner should read it today.",
    "substance": "Alcohol, drugs or gambling may be causing harm.",
    "medication": "Something about their medicine needs a practitioner's eye.",
    "bereavement": "Is grieving; a practitioner should read it today.",
    "unreadable": "Nobody here can judge this automatically; a person has to look at it.",
    "unscreened": "The screening did not finish, so a person has to read this.",
}
"""Kind to sentence. Rules may use these kinds and no others."""


def more_urgent(first: Route, second: Route) -> Route:
    """The one of two routes that brings a person sooner."""
    return max(first, second, key=ROUTES.index)

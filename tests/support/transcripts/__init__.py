"""Transcripts: conversations in plain text that are played and held against what really happens.

One happening a line. Inputs start at the margin, outcomes are indented by two spaces or are `bot:` lines:

    title:    what this is about
    given:    sms, Tuesday 10:00, Sam at the desk
    they:     the person's words; (nothing), (photo), (voice) stand for what has no words
      means:  what the language understanding says of them, as `intent` or `intent 0.93`
    again:    the provider delivers the last text once more
    wait:     4 minutes, 3 days ...
    fails:    sms, 2 times
    desk:     Sam takes the case / Sam closes the case, next step "..." / Sam hands back, "..."
    Sam:      the practitioner's words
    bot:      the exact words sent; further lines begin with `|`
      case:   opened, now, "the words" / joined, ... / raised to now, ...
      alert:  Sam, by desk and sms
      to:     Sam
      booked: Tuesday 8 December at 10am ...
      contact: stopped / started
      story:  agreed
      ends:   booked
      refused: the sentence the desk shows

Whatever happens and is not written down fails the test; `pytest --update-transcripts` writes it down.
"""

"""The ways in and out: each channel takes texts in through `bot.intake` and sends what the outbox holds."""

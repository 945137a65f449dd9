"""Conversations in plain text, played by three players. The format is told in tests/support/transcripts/__init__.py."""

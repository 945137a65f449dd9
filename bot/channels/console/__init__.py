"""A conversation in the terminal, over the same pipeline as every other channel: for a first look and for rehearsal."""

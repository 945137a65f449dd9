"""The running service: every socket and every row."""

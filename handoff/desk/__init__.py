"""The desk: the pages on which practitioners see who needs them, take over, talk and close."""

"""The chat page: a conversation in the browser, with or without JavaScript."""

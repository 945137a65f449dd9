"""Rasa beside the service: its environment, its training, its server as a child process. `bot.nlu` talks to it."""

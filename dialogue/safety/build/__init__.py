"""How the classifier is built from the training text: one command, `python -m dialogue.safety.build`.

None of this is needed to screen. Fitting needs the libraries of the extra `training`; reading, reporting and scoring
need only what the service has.
"""

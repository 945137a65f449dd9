"""The trained half of the detector: a sentence encoder with an adapter of our own, beside word and letter groups."""

"""The embedded English parser: a small spaCy pipeline, its training script and the engine that runs it."""

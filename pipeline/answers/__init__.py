"""Putting the questions of a benchmark to a model: readers, parts that a run keeps, the graph."""

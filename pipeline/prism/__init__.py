"""Question sets in the manner of PRISM: what such a run is, from its config to its manifest."""

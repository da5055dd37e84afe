"""Probes that read memory from a model: hidden states, linear probes with honest folds, gradients."""

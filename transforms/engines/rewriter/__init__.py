"""Instruction models as rewriters: their answers are candidates that verifier and fidelity gate must pass."""

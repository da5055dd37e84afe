"""Disclosure and retention benchmarks: synthetic persons, the forms they fill in, what is asked of them."""

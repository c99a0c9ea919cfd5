"""Measurements and fault tests that are too long for the test suite; each is a target of the Makefile."""

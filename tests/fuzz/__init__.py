"""Readers of untrusted bytes against a coverage-guided fuzzer."""

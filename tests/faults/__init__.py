"""Trouble of ours, injected at every step: never a fault of the project."""

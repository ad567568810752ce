"""Run in, observation out: stages, signatures, manifests. Pure but for reading the saved log."""

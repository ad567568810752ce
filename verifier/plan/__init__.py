"""Project and platform facts in, the two recipes out; pure."""

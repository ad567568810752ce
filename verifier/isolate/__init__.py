"""Which changes flip the outcome, and the proof; pure over a callable."""

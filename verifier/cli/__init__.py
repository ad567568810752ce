"""Click commands, one module each: wiring and exit codes, and the only place that builds an engine."""

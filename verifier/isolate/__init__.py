"""Which changes flip the outcome, and the proof; pure over a callable."""

from verifier.isolate.oracle import Candidate, Oracle, RepeatingOracle, SearchLimits
from verifier.isolate.search import isolate

__all__ = ["Candidate", "Oracle", "RepeatingOracle", "SearchLimits", "isolate"]

"""Which changes flip the outcome, and the proof; pure over a callable.

A deployment can have several faults at once, and the first hides the others.
Repairing one at a time therefore shows nothing; static evidence sees all faults but proves none.
So evidence proposes, and trials decide:

1. *Calibrate*: run the clean side and the local side unchanged.
2. *Jump*: repair every suspect at once.
3. *Peel*: while the clean side still fails, find what gets past this very failure. Suspects that
   its log names come first, then a bisection weighted by probability over everything repairable.
4. *Prove on the clean side*: repair all but one. What passes is not needed; if it still passes with
   all of those broken, they are refuted. If not, they stand in for each other or act together.
5. *Prove on the local side*: break only one. If that passes, it needs partners, which are searched
   by halving, so that pairs and larger interactions are found whole.
6. *Settle*: repeat the trials a doubtful cause rests on. A failure that names what was left
   broken is believed at once, and so is one that both sides show. What nothing speaks for must be
   seen more often, the more so the more often repeated runs were seen to differ. A failure that
   further runs of the same trial do not show comes and goes, and proves nothing anywhere. Where
   one failure that names nothing is all there is, the runs are weighed together: its causes must
   explain them far better than a build that fails at random, at the rate that suits them best.

What it guarantees, as long as identical runs come out alike and no repair undoes another:
a cause names a trial that fails with it broken and one that passes, and they differ in nothing
else; both are judged by pass and fail alone, so a wrongly read failure costs trials and never
makes a cause. A trial without an outcome is never taken for one. The repaired side was really run.
When something nobody knows a repair for remains, causes are told as *partial* only if repairing
them took the run to a later stage, or if the local side proves them.

What it does not: of causes that share a factor it tells one for each repair that is needed; it
never claims that an unknown fault is absent, only that the repaired side passed.

The modules in the order they are used: `oracle` (what the caller provides), `agreement` (what
several runs of one trial come to), `ledger` (all trials), `space` (candidates as units), `minimise`
(halving), `peel`, `prove`, `partners`, `settle`, `chance` (causes against luck), `rest` (what can
be told of an unfinished search), and `search`, which is the story above.
"""

from verifier.isolate.agreement import alike, groups
from verifier.isolate.oracle import Candidate, Oracle, RepeatingOracle, SearchLimits
from verifier.isolate.search import isolate

__all__ = ["Candidate", "Oracle", "RepeatingOracle", "SearchLimits", "alike", "groups", "isolate"]

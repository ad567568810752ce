"""Run in, observation out: stages, signatures, manifests. Pure but for reading the saved log.

What the examined build printed is data: a wrong line can make a signature worse, never raise.
"""

from __future__ import annotations

from verifier.model.observation import Observation
from verifier.model.run import Run
from verifier.observe._doubts import doubt_about
from verifier.observe._excerpt import excerpt, read_lines
from verifier.observe._judgement import judge
from verifier.observe._log import shown_log, shown_warnings
from verifier.observe._out_of_reach import refused_font_sheets, refused_pnpm
from verifier.observe._tasks import without_task_names
from verifier.observe._text import normalise

__all__ = ["normalise", "observe"]


def observe(run: Run) -> Observation:
    """What a run came to, with the log lines that say why."""
    view = without_task_names(excerpt(read_lines(run.log_path)))
    outcome, errors = judge(run, view)
    return Observation(
        run_id=run.id,
        outcome=outcome,
        errors=errors,
        warnings=shown_warnings(view),
        log=shown_log(view),
        output=run.output,
        installed=run.installed,
        collected=run.collected,
        text_hits=run.text_hits,
        native_needs=run.native_needs,
        font_sheets=refused_font_sheets(view.lines),
        pnpm_refused=refused_pnpm(view.lines),
        doubt=doubt_about(view.lines, outcome),
        node_version=run.node_version,
        manager_version=run.manager_version,
    )

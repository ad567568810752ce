"""Verifier's own memory stays small whatever a build prints and writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.projects import environment, make_project

_LOUD = (
    "const fs=require('fs');fs.mkdirSync('public');"
    "for(let n=0;n<5000;n++)fs.writeFileSync(`public/page-${n}.html`,String(n));"
    "const line='the build says a good deal about what it does\\n'.repeat(2000);"
    "for(let n=0;n<600;n++){const b=Buffer.from(line);let at=0;while(at<b.length)"
    "{try{at+=fs.writeSync(1,b,at)}catch(e){if(e.code!=='EAGAIN')throw e}}}"
)
_MOST_MIB = 130


@pytest.mark.docker
@pytest.mark.slow
def test_a_loud_build_with_many_files(tmp_path: Path) -> None:
    """A log of 60 MB and 5,000 files of output cost no more than a quiet build nearly does."""
    project = make_project(tmp_path / "app", build=_LOUD)
    with (tmp_path / "out").open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "verifier", "verify", str(project)],
            env=environment(tmp_path / "home"),
            stdout=sink,
            stderr=sink,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (tmp_path / "out").read_text()
    scale = 1 if sys.platform == "darwin" else 1024
    assert usage.ru_maxrss * scale >> 20 < _MOST_MIB

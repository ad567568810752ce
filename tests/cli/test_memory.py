"""Verifier's own memory stays small whatever a build prints and writes."""

from __future__ import annotations

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

# Linux counts the peak of the process that forked as the peak of what it started, and the
# process of these tests is larger than verifier: a small one starts it and measures.
_MEASURE = """
import os, subprocess, sys
with open(sys.argv[1], "wb") as sink:
    process = subprocess.Popen(sys.argv[2:], stdout=sink, stderr=sink)
    _, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


@pytest.mark.docker
@pytest.mark.slow
def test_a_loud_build_with_many_files(tmp_path: Path) -> None:
    """A log of 60 MB and 5,000 files of output cost no more than a quiet build nearly does."""
    project = make_project(tmp_path / "app", build=_LOUD)
    said = tmp_path / "out"
    verify = [sys.executable, "-m", "verifier", "verify", str(project)]
    measured = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURE, str(said), *verify],
        env=environment(tmp_path / "home"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    code, peak = map(int, measured.stdout.split())
    assert code == 0, said.read_text()
    scale = 1 if sys.platform == "darwin" else 1024
    assert peak * scale >> 20 < _MOST_MIB

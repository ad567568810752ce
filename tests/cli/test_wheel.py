"""The wheel, installed elsewhere, is the whole tool."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.projects import make_project

_TOP = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", str(_TOP), "--no-deps", "--no-build-isolation",
         "--quiet", "--wheel-dir", str(folder)],
        check=True,
        cwd=folder,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def test_everything_is_in_it(wheel: Path) -> None:
    """The image's files, the scripts for containers, the schema and the scenarios are there."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "verifier/_images/vercel-build/Dockerfile",
        "verifier/engine/incontainer/launch.cjs",
        "verifier/engine/incontainer/hook.cjs",
        "verifier/engine/incontainer/collect.cjs",
        "verifier/presenters/report-v1.schema.json",
        "verifier/_scenarios/e01-client-at-module-scope/scenario.yaml",
    ):
        assert wanted in names
    assert not any("node_modules/" in n or n.startswith("tests/") for n in names)


def test_it_works_where_the_repository_is_not(wheel: Path, tmp_path: Path) -> None:
    """Installed beside its dependencies, the commands answer, and the image is the same one."""
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", str(target),
         str(wheel)],
        check=True,
        cwd=tmp_path,
    )  # fmt: skip
    project = make_project(tmp_path / "app")
    # Without `site`, the editable installation of this repository is not found.
    libraries = [p for p in sys.path if p.endswith("site-packages")]
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(target), *libraries]),
        "VERIFIER_HOME": str(tmp_path / "home"),
    }
    code = (
        "import sys, verifier; assert verifier.__file__.startswith(sys.argv[1]), verifier.__file__;"
        "from verifier.cli import run_command_line; sys.exit(run_command_line(sys.argv[2:]))"
    )

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-S", "-c", code, str(target), *words],
            env=environ, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "verify" in run("--help")
    assert "missing-env-var" in run("explain")
    assert "commit" in run("plan", str(project))
    assert "e01-client-at-module-scope" in run("scenario", "list")
    tag = (
        "import sys; from verifier.engine.image import context_files, HostNetwork; import hashlib;"
    )
    tag += "n = HostNetwork(certificates=b'', npm_registry=None, proxies={});"
    tag += "print(sorted((k, hashlib.sha256(v).hexdigest()) for k, v in context_files(n).items()))"
    contexts = [
        subprocess.run(
            [sys.executable, *flags, "-c", tag],
            env=env, cwd=cwd, capture_output=True, text=True, check=True,
        ).stdout
        for flags, env, cwd in (([], dict(os.environ), _TOP), (["-S"], environ, tmp_path))
    ]  # fmt: skip
    assert contexts[0] == contexts[1]

"""What a person can get wrong, or a repository can hold: exit code, words, and nothing left."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.projects import BUILD, git, left_in, make_project, state_of, verifier
from verifier.cli import run_command_line

_NOWHERE = "unix:///nonexistent/engine.sock"


def _plan(project: Path, tmp_path: Path, *options: str) -> tuple[int, str, str]:
    """A plan in a process of its own; checks that nothing stayed and nothing was changed."""
    before, home = state_of(project), tmp_path / "home"
    done = verifier("plan", project, *options, home=home)
    assert left_in(home) == []
    assert state_of(project) == before
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_no_git_repository(tmp_path: Path) -> None:
    """A folder without version control is taken as an upload, and the plan says so."""
    project = tmp_path / "app"
    project.mkdir()
    (project / "package.json").write_text('{"name": "plain"}')
    code, out, _ = _plan(project, tmp_path)
    assert code == 0
    assert "not under version control" in out
    assert "not a git repository" in out


def test_a_repository_without_commits(tmp_path: Path) -> None:
    """Before the first commit the plan is about what that commit would hold."""
    code, out, _ = _plan(make_project(tmp_path / "app", commit=False), tmp_path)
    assert code == 0
    assert "no commit yet" in out


def test_an_empty_repository(tmp_path: Path) -> None:
    """A repository without a file is refused with what is missing."""
    project = make_project(tmp_path / "app", build=None, commit=False)
    code, _, err = _plan(project, tmp_path)
    assert code == 2
    assert "nothing to deploy" in err


def test_no_package_json_names_those_below(tmp_path: Path) -> None:
    """Where the application lies deeper, the message says where and how to choose it."""
    files = {"apps/web/package.json": '{"name": "web"}', "README": "x"}
    project = make_project(tmp_path / "app", build=None, files=files)
    code, _, err = _plan(project, tmp_path)
    assert code == 2
    assert "apps/web" in err
    assert "--root-directory" in err


@pytest.mark.parametrize(
    ("name", "body", "code", "place"),
    [
        ("package.json", '{\n  "name": "x",\n  "scripts": {,}\n}', 2, "line 3, column 15"),
        ("verifier.yaml", "plan: hobby\n  bad: [1,\n", 2, "line 2"),
        ("vercel.json", '{\n  "crons": [1,,2]\n}', 0, "vercel.json:2"),
        ("pnpm-workspace.yaml", "packages:\n  - 'a\n", 0, "pnpm-workspace.yaml:"),
        (".vercel/project.json", '{\n  "settings": {\n', 0, ".vercel/project.json:"),
    ],
)
def test_broken_files_are_named_with_their_place(
    tmp_path: Path, name: str, body: str, code: int, place: str
) -> None:
    """A file that cannot be parsed is named with its line, whoever would refuse it."""
    project = make_project(tmp_path / "app", files={name: body})
    answer, out, err = _plan(project, tmp_path)
    assert answer == code
    assert name in out + err
    assert place in out + err


@pytest.mark.parametrize(
    ("name", "body", "near"),
    [
        ("verifier.yaml", "rot_directory: web\n", "root_directory"),
        ("vercel.json", '{"buildComand": "x"}', "buildCommand"),
    ],
)
def test_unknown_keys_get_the_nearest_name(tmp_path: Path, name: str, body: str, near: str) -> None:
    """A mistyped key is answered with the key that was probably meant."""
    project = make_project(tmp_path / "app", files={name: body})
    _, out, err = _plan(project, tmp_path)
    assert f'"{near}"' in out + err


def test_unknown_production_variables_are_said(tmp_path: Path) -> None:
    """Where no file speaks of the production scope, the plan says that it is unknown."""
    code, out, _ = _plan(make_project(tmp_path / "app"), tmp_path)
    assert code == 0
    assert "production scope: unknown" in out


def test_values_of_variables_are_never_shown(tmp_path: Path) -> None:
    """Names appear in a plan, values do not, wherever they come from."""
    files = {".gitignore": ".env.local\n", ".env": "PUBLIC_ONE=canary-in-env\n"}
    project = make_project(tmp_path / "app", files=files)
    (project / ".env.local").write_text("HIDDEN_ONE=canary-local\nSAME=canary-same\n")
    (tmp_path / "production").write_text("SAME=canary-production\nEMPTY_ONE=\n")
    code, out, err = _plan(project, tmp_path, "--env-file", str(tmp_path / "production"))
    assert code == 0
    for name in ("PUBLIC_ONE", "HIDDEN_ONE", "SAME", "EMPTY_ONE"):
        assert name in out
    assert "DIFFERENT" in out
    assert "EMPTY" in out
    assert "canary" not in out + err


def test_a_submodule_that_is_not_fetched(tmp_path: Path) -> None:
    """A submodule whose content is missing is a problem by name, not a crash."""
    inner = make_project(tmp_path / "inner")
    project = make_project(tmp_path / "app")
    git(project, "submodule", "add", "-q", str(inner), "vendor/inner")
    git(project, "commit", "-q", "-m", "second")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(project), str(clone))
    code, out, _ = _plan(clone, tmp_path)
    assert code == 0
    assert "vendor/inner" in out
    assert "git submodule update --init" in " ".join(out.split())


def test_a_pointer_of_large_file_storage(tmp_path: Path) -> None:
    """A file of which the repository holds a pointer only is listed as such."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
    project = make_project(tmp_path / "app", files={"public/film.mp4": pointer})
    code, out, _ = _plan(project, tmp_path)
    assert code == 0
    assert "LFS" in out
    assert "public/film.mp4" in out


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    """A path that is a file is bad usage."""
    place = tmp_path / "package.json"
    place.write_text("{}")
    done = verifier("plan", place, home=tmp_path / "home")
    assert done.returncode == 2
    assert "is a file" in done.stderr


def test_a_folder_below_the_top_and_a_link_to_it(tmp_path: Path) -> None:
    """An application below the top is found by its folder, by a link to it and by an option."""
    files = {"apps/web/package.json": '{"name": "web"}', "package.json": '{"name": "top"}'}
    project = make_project(tmp_path / "app", build=None, files=files)
    (tmp_path / "link").symlink_to(project / "apps/web")
    chosen = [
        (project / "apps/web",),
        (tmp_path / "link",),
        (project, "--root-directory", "apps/web"),
    ]
    for arguments in chosen:
        done = verifier("plan", *arguments, home=tmp_path / "home")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("web: ")
        assert "apps/web" in done.stdout


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """File names with spaces, line ends, colours and foreign bytes are shown harmlessly."""
    project = make_project(tmp_path / "app")
    for name in ("a b", "line\nend", "red\x1b[31m", "Ünïcode-日本-🚀"):
        (project / name).write_text("x")
    (project / os.fsdecode(b"latin-\xe9")).write_text("x")
    done = subprocess.run(
        ["verifier", "plan", str(project)],
        executable=str(Path(os.sys.executable).parent / "verifier"),  # type: ignore[attr-defined]
        env={**os.environ, "VERIFIER_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"a b" in done.stdout
    assert b"\x1b[31m" not in done.stdout
    assert "Ünïcode-日本-🚀".encode() in done.stdout
    assert b"line\nend" not in done.stdout


@pytest.mark.parametrize("command", ["verify", "shell", "trial"])
def test_no_engine(tmp_path: Path, command: str) -> None:
    """Without an engine the answer is 125 and what to do about it."""
    project, home = make_project(tmp_path / "app"), tmp_path / "home"
    done = verifier(command, project, home=home, DOCKER_HOST=_NOWHERE)
    assert done.returncode == 125
    assert "DOCKER_HOST" in done.stderr
    assert done.stdout == ""
    assert left_in(home) == []


def test_commands_without_containers_need_no_engine(tmp_path: Path) -> None:
    """Plan, capture and explain answer where no engine does."""
    project, home = make_project(tmp_path / "app"), tmp_path / "home"
    captured = tmp_path / "capture.json"
    for words in (("plan", project), ("capture", project, "--output", captured), ("explain",)):
        assert verifier(*words, home=home, DOCKER_HOST=_NOWHERE).returncode == 0


def test_a_doctor_without_an_engine_says_what_to_do(tmp_path: Path) -> None:
    """The doctor names what is missing and ends with 1."""
    done = verifier("doctor", home=tmp_path / "home", DOCKER_HOST=_NOWHERE)
    assert done.returncode == 1
    assert "MISSING engine" in done.stdout
    assert "unset DOCKER_HOST" in done.stdout


@pytest.mark.parametrize("place", ["missing/report.json", "blocked/report.json"])
def test_an_output_that_cannot_be_written_is_said_first(tmp_path: Path, place: str) -> None:
    """The place of the report is looked at before anything is read or run."""
    (tmp_path / "blocked").write_text("a file")
    project = make_project(tmp_path / "app")
    done = verifier("verify", project, "--output", tmp_path / place, home=tmp_path / "home")
    assert done.returncode == 2
    assert "--output" in done.stderr
    assert "reading" not in done.stderr


def test_a_folder_for_logs_that_cannot_be_made(tmp_path: Path) -> None:
    """The same for the folder of logs."""
    (tmp_path / "blocked").write_text("a file")
    project = make_project(tmp_path / "app")
    done = verifier(
        "verify", project, "--keep-logs", tmp_path / "blocked/logs", home=tmp_path / "home"
    )
    assert done.returncode == 2
    assert "--keep-logs" in done.stderr


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """With a home that is no folder, a place among the temporary files serves."""
    blocked = tmp_path / "home"
    blocked.write_text("a file")
    project, spare = make_project(tmp_path / "app"), tmp_path / "tmp"
    spare.mkdir()
    done = verifier("plan", project, home=Path(), HOME=str(blocked), TMPDIR=str(spare),
                    VERIFIER_HOME="", XDG_CACHE_HOME="")  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder,) = spare.iterdir()
    assert left_in(folder) == []
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_chosen_home_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder the person chose is never silently replaced by another."""
    blocked = tmp_path / "home"
    blocked.write_text("a file")
    done = verifier("plan", make_project(tmp_path / "app"), home=blocked)
    assert done.returncode == 2
    assert "VERIFIER_HOME" in done.stderr


def test_an_unknown_framework_gets_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped preset is answered with the nearest one."""
    monkeypatch.setenv("VERIFIER_HOME", str(tmp_path / "home"))
    project = make_project(tmp_path / "app")
    assert run_command_line(["plan", str(project), "--framework", "nexjs"]) == 2
    assert "'nextjs'" in capsys.readouterr().err


def test_a_full_disk_is_no_bug(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trouble of this machine is 125 with its name, and no crash report."""
    import errno

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "store")

    monkeypatch.setenv("VERIFIER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("verifier.intake.read_project", full)
    assert run_command_line(["plan", str(make_project(tmp_path / "app"))]) == 125
    said = capsys.readouterr().err
    assert "No space left" in said
    assert "bug" not in said


def test_a_bug_is_reported_without_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception nobody expected is 70 and a report that names places only."""

    def broken(*_arguments: object, **_options: object) -> None:
        canary = "canary-value"
        raise LookupError(canary)

    monkeypatch.setenv("VERIFIER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("verifier.intake.read_project", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run_command_line(["plan", str(make_project(tmp_path / "app"))]) == 70
    (report,) = tmp_path.glob("verifier-crash-*")
    assert "LookupError" in report.read_text()
    assert "canary-value" not in report.read_text() + capsys.readouterr().err


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """A closed pipe ends a listing quietly."""
    done = subprocess.run(
        f"'{os.sys.executable}' -m verifier explain | head -1",  # type: ignore[attr-defined]
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "VERIFIER_HOME": str(tmp_path)},
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.docker
def test_odd_names_go_through_a_container(tmp_path: Path) -> None:
    """A build that lists its source sees every name as git has it."""
    odd = ["a b.txt", "line\nend.txt", "Ünïcode-日本-🚀.txt", "-dash.txt", "quote'\".txt"]
    build = (
        "const fs=require('fs');fs.mkdirSync('public');"
        f"const wanted={json.dumps(odd)};"
        "const there=fs.readdirSync('src').sort();"
        "if(JSON.stringify(there)!==JSON.stringify(wanted.sort()))"
        "{console.error(JSON.stringify(there));process.exit(1)}"
        "for(const n of there)fs.writeFileSync('public/'+n,n);"
    )
    files = {f"src/{n}": n for n in odd}
    project = make_project(tmp_path / "app", build=build, files=files)
    before, output = state_of(project), tmp_path / "report.json"
    done = verifier(
        "verify", project, "--format", "json", "--output", output, home=tmp_path / "home"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(output.read_text())["verdict"] == "clean_pass"
    assert state_of(project) == before
    assert left_in(tmp_path / "home") == []


@pytest.mark.docker
def test_without_a_network_nothing_is_claimed(tmp_path: Path) -> None:
    """A project that must install answers `cannot tell` where nothing can be reached."""
    project = make_project(
        tmp_path / "app",
        build=BUILD,
        manifest={"dependencies": {"is-odd": "3.0.1"}},
        files={".npmrc": "fetch-retries=0\n"},
    )
    done = verifier(
        "verify", project, "--network", "none", "--format", "json", home=tmp_path / "home"
    )
    report = json.loads(done.stdout)
    assert done.returncode == 125
    assert report["verdict"] == "inconclusive"
    assert [c for c in report["causes"] if c["status"] == "confirmed"] == []

"""What a green build deploys although its functions cannot be loaded."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case, subjects
from verifier.detectors import ignored_file, undeclared_package
from verifier.model.run import Output, OutputFunction

_SIGNS = "import jwt from 'jsonwebtoken';\nexport default () => jwt.sign({}, 'x');\n"
_HELPER = "import { rate } from '../lib/rate';\nexport const GET = () => new Response(rate(1));\n"


def deployed(files: dict[str, str], **more: object) -> Case:
    """A green build of the platform that made functions of the files below `api/`."""
    functions = tuple(
        OutputFunction(
            path=f"{path.rpartition('.')[0]}.func", runtime="nodejs24.x", size_bytes=1, files=1
        )
        for path in files
        if path.startswith("api/")
    )
    package = json.dumps({"dependencies": {"express": "5.3.0", "linked": "file:../linked"}})
    given: dict[str, object] = {
        "files": {"package.json": package, **files},
        "fails": False,
        "framework": None,
        "output": Output(present=True, directory=".vercel/output", functions=functions),
        "installed": {"node_modules/express": "5.3.0", "node_modules/qs": "6.1.0"},
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_a_package_that_a_function_loads_is_missed_on_a_green_build() -> None:
    """The builder of functions leaves out what it does not find."""
    evidence = deployed({"api/index.ts": _SIGNS}).evidence()
    (finding,) = undeclared_package.detect(evidence)
    assert finding.subject == "jsonwebtoken"
    assert str(finding.locations[0]) == "api/index.ts:1"


def test_so_is_one_behind_another_file() -> None:
    """What a function imports is loaded with it."""
    files = {
        "api/index.ts": _HELPER,
        "lib/rate.ts": "import Big from 'big.js';\nexport const rate = (n) => new Big(n);\n",
    }
    assert subjects(undeclared_package.detect(deployed(files).evidence())) == ["big.js"]


def test_a_file_that_git_hides_from_a_function_is_missed() -> None:
    """The same holds for the project's own files."""
    case = deployed({"api/index.ts": _HELPER}, only_local={"lib/rate.ts": "export const rate = 1"})
    assert subjects(ignored_file.detect(case.evidence())) == ["lib/rate.ts"]


@pytest.mark.parametrize(
    "text",
    [
        "import express from 'express';\nexport default express();\n",
        "import qs from 'qs';\nexport default () => qs.parse('');\n",
        "import fs from 'fs';\nexport default () => fs.existsSync('/');\n",
        "import type { Options } from 'absent';\nexport default (o: Options) => o;\n",
        "import { Options } from 'absent';\nexport default (o: Options): Options[] => [o];\n",
        "let sharp;\ntry {\n  sharp = require('sharp');\n} catch {}\nmodule.exports = () => 1;\n",
        "export default async () => (await import('absent')).default;\n",
        "import { rate } from './rate.js';\nexport default () => rate(1);\n",
        "import linked from 'linked';\nexport default () => linked();\n",
        "import { list } from 'shared/list';\nexport default () => list();\n",
    ],
)
def test_what_works_when_called_is_left_alone(text: str) -> None:
    """Installed, linked, part of Node.js, a type, guarded, or loaded when needed."""
    files = {
        "api/index.ts": text,
        "api/rate.ts": "export const rate = (n) => n;\n",
        "shared/list.ts": "export const list = () => [];\n",
    }
    assert undeclared_package.detect(deployed(files).evidence()) == ()
    assert ignored_file.detect(deployed(files).evidence()) == ()


def test_code_of_no_function_is_left_alone() -> None:
    """A bundler has answered for everything else."""
    assert undeclared_package.detect(deployed({"scripts/seed.ts": _SIGNS}).evidence()) == ()

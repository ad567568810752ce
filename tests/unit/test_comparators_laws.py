"""Laws that every comparator keeps, and what each of them sees."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.comparators import compare_all, names, outputs_equal
from verifier.comparators.output import plain_name
from verifier.model.difference import Difference, DifferenceKind
from verifier.model.observation import Observation
from verifier.model.outcome import FailureSignature, Stage, failed, passed
from verifier.model.run import Output, OutputFile, OutputFunction

_NAMES = st.sampled_from(
    [
        "react",
        "a/node_modules/react",
        "@scope/ui",
        "dayjs",
        "@esbuild/linux-x64",
        "x/node_modules/dayjs",
    ]
)
_VERSIONS = st.sampled_from(["1.0.0", "1.2.0", "2.0.0-beta.1", "10.0.0"])
_LINES = st.lists(
    st.sampled_from(["ok", "Error: no", "warning: old", "Module not found: x", "> build", ""]),
    max_size=12,
).map(tuple)
_FILES = st.lists(
    st.builds(
        OutputFile,
        path=st.sampled_from(
            [
                "static/index.html",
                "static/assets/index-Drytv70s.js",
                "static/assets/index-AbCd1234.js",
                "static/_next/static/chunks/main-0123456789abcdef.js",
                "static/_next/static/q2W3e4R5t6Y7u8I9o0P1a/_buildManifest.js",
            ]
        ),
        size_bytes=st.integers(0, 3),
        sha256=st.sampled_from(["a" * 64, "b" * 64]),
    ),
    max_size=5,
).map(tuple)
_FUNCTIONS = st.lists(
    st.builds(
        OutputFunction,
        path=st.sampled_from(["index.func", "api/x.func"]),
        runtime=st.sampled_from(["nodejs24.x", "edge"]),
        size_bytes=st.sampled_from([100, 200]),
        files=st.just(1),
    ),
    max_size=3,
).map(tuple)
_OUTPUTS = st.builds(
    Output,
    present=st.booleans(),
    directory=st.sampled_from([".vercel/output", "dist", ".next"]),
    files=_FILES,
    functions=_FUNCTIONS,
    routes=st.lists(st.sampled_from(["/", "/a", '{"src":"/x"}']), max_size=3).map(tuple),
)
_OBSERVATIONS = st.builds(
    Observation,
    run_id=st.just("r"),
    outcome=st.just(passed()),
    log=_LINES,
    output=_OUTPUTS,
    installed=st.dictionaries(_NAMES, _VERSIONS, max_size=5),
    text_hits=st.dictionaries(
        st.sampled_from(["A", "B"]), st.just(("static/assets/index-Drytv70s.js",)), max_size=2
    ),
    node_version=st.sampled_from(["", "v24.1.0", "v24.2.0", "v20.1.0"]),
    manager_version=st.sampled_from(["", "10.1.0", "11.0.0"]),
)
_SWAPPED = {
    DifferenceKind.ONLY_LOCAL: DifferenceKind.ONLY_CLEAN,
    DifferenceKind.ONLY_CLEAN: DifferenceKind.ONLY_LOCAL,
    DifferenceKind.CHANGED: DifferenceKind.CHANGED,
    DifferenceKind.GROUP: DifferenceKind.GROUP,
}


def _swap(one: Difference) -> Difference:
    return replace(
        one,
        kind=_SWAPPED[one.kind],
        local=one.clean,
        clean=one.local,
        note="" if one.kind is DifferenceKind.GROUP else one.note,
        children=tuple(_swap(child) for child in one.children),
    )


def _flat(found: tuple[Difference, ...]) -> frozenset[Difference]:
    return frozenset(leaf for one in found for leaf in (one.children or (replace(one, note=""),)))


@given(_OBSERVATIONS)
def test_nothing_differs_from_itself(one: Observation) -> None:
    """An observation compared with itself differs in nothing."""
    assert compare_all(one, one) == ()


@given(_OBSERVATIONS, _OBSERVATIONS)
def test_swapping_the_sides_swaps_the_differences(one: Observation, other: Observation) -> None:
    """Every difference stays when the sides are swapped, with its sides swapped."""
    there = _flat(compare_all(one, other))
    back = _flat(tuple(_swap(d) for d in compare_all(other, one)))
    assert there == back


@given(_OBSERVATIONS, _OBSERVATIONS)
def test_equality_of_outputs_is_symmetric(one: Observation, other: Observation) -> None:
    """Which side is called local makes no difference to whether outputs are equal."""
    assert outputs_equal(one, other) == outputs_equal(other, one)


def _seen(**fields: object) -> Observation:
    return replace(Observation(run_id="r", outcome=passed()), **fields)  # type: ignore[arg-type]  # fields named by each test


def _file(path: str, size: int = 10, digest: str = "a") -> OutputFile:
    return OutputFile(path=path, size_bytes=size, sha256=digest * 64)


def _built(*files: OutputFile, directory: str = ".vercel/output", **rest: object) -> Output:
    return replace(Output(present=True, directory=directory, files=files), **rest)  # type: ignore[arg-type]  # fields named by each test


def test_without_a_local_side_nothing_is_compared() -> None:
    """A missing local side gives no difference and no equality."""
    clean = _seen(output=_built(_file("static/index.html")))
    assert compare_all(None, clean) == ()
    assert not outputs_equal(None, clean)


def test_every_comparator_is_found_by_its_file() -> None:
    """The plug-ins are found by listing the folder."""
    assert names() == ("log", "output", "packages", "toolchain")


def test_hoisting_makes_no_difference() -> None:
    """The same versions at other places of the tree are the same packages."""
    nested = _seen(installed={"node_modules/a/node_modules/b": "1.0.0", "node_modules/a": "2.0.0"})
    flat = _seen(installed={"node_modules/b": "1.0.0", "node_modules/a": "2.0.0"})
    assert compare_all(nested, flat) == ()


def test_a_package_of_one_side_is_named() -> None:
    """A package that only the developer has is reported with its version."""
    local = _seen(installed={"node_modules/dayjs": "1.11.19", "node_modules/react": "19.2.0"})
    clean = _seen(installed={"node_modules/react": "19.2.0"})
    (found,) = compare_all(local, clean)
    assert [(c.subject, c.kind, c.local) for c in found.children] == [
        ("dayjs", DifferenceKind.ONLY_LOCAL, "1.11.19")
    ]


def test_a_native_package_of_another_platform_does_not_matter() -> None:
    """A laptop's native binary instead of the container's is expected."""
    local = _seen(installed={"node_modules/@esbuild/darwin-arm64": "0.25.0"})
    clean = _seen(installed={"node_modules/@esbuild/linux-x64": "0.25.0"})
    (found,) = compare_all(local, clean)
    assert not found.matters


def test_another_node_major_matters_and_another_patch_does_not() -> None:
    """Only the major version of the toolchain matters."""
    clean = _seen(node_version="v24.2.0")
    (major,) = compare_all(_seen(node_version="v20.20.2"), clean)
    (patch,) = compare_all(_seen(node_version="v24.1.0"), clean)
    assert major.matters
    assert not patch.matters


def test_lines_of_trouble_come_first() -> None:
    """A new error line is shown before a new harmless line."""
    local = _seen(log=("start", "end"))
    clean = _seen(log=("start", "compiling", "Error: no", "end"))
    (found,) = compare_all(local, clean)
    assert [c.clean for c in found.children] == ["Error: no", "compiling"]


def test_a_repeated_line_counts_as_often_as_it_stands() -> None:
    """A line that the clean log has twice and the local one once is new once."""
    (found,) = compare_all(_seen(log=("Error: a",)), _seen(log=("Error: a", "Error: a")))
    assert len(found.children) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("static/assets/index-Drytv70s.js", "static/assets/index-B1x_9-aQ.js"),
        (
            "static/_next/static/chunks/255-73938ce8a8eac1ad.js",
            "static/_next/static/chunks/255-0a938ce8a8eac1ff.js",
        ),
        (
            "static/_next/static/5QuHBfLpsTX10Tgo0MMsU/_ssgManifest.js",
            "static/_next/static/6LKwUbPb_Pow3tDwGNPqX/_ssgManifest.js",
        ),
        ("static/_astro/hoisted.B2k3j4l5.js", "static/_astro/hoisted.Zk9_4l5x.js"),
    ],
)
def test_content_hashes_in_names_make_no_difference(one: str, other: str) -> None:
    """Two names that differ by hash or build id only are one name."""
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize("name", ["static/my-settings.js", "static/about-our-company.html"])
def test_ordinary_names_are_kept(name: str) -> None:
    """A name without a hash stays as it is."""
    assert plain_name(name) == name


def test_build_ids_in_routes_make_no_difference() -> None:
    """Routes that differ by build id only are equal, escaped or not."""
    sides = [
        _seen(
            output=_built(
                _file(f"static/_next/static/{one}/_buildManifest.js"),
                routes=('{"src":"/_next/(?:media|' + one.replace("-", "\\\\-") + ')/.+"}',),
            )
        )
        for one in ("-Lp9VZYtIhzIz7VZWxdi1", "AZH0demvldvBebzyrIh8b")
    ]
    assert outputs_equal(sides[0], sides[1])


def test_packaging_of_the_platform_is_no_drift_from_a_local_build() -> None:
    """Functions and routing tables are not held against a plain local build."""
    local = _seen(output=_built(_file("static/assets/index-Drytv70s.js"), directory="dist"))
    clean = _seen(
        output=_built(
            _file("static/assets/index-Drytv70s.js"),
            functions=(OutputFunction(path="x.func", runtime="nodejs24.x", size_bytes=1, files=1),),
            routes=('{"handle":"filesystem"}',),
        )
    )
    assert outputs_equal(local, clean)


def test_a_value_inlined_on_one_side_only_is_drift() -> None:
    """The same files with a value found in one side's only are not equal."""
    output = _built(_file("static/assets/index-Drytv70s.js"))
    local = _seen(output=output, text_hits={"VITE_API": ("static/assets/index-Drytv70s.js",)})
    assert not outputs_equal(local, _seen(output=output))


@pytest.mark.parametrize(
    ("folder", "sizes", "equal"),
    [
        ("static/assets", (222_586, 222_609), False),
        ("static/assets", (222_586, 222_586), True),
        ("static/_next/static/chunks", (222_586, 222_609), True),
    ],
)
def test_a_bundle_of_another_size_is_drift(
    folder: str, sizes: tuple[int, int], equal: bool
) -> None:
    """A bundler gives equal sources equal bundles; Next.js writes ids of the build into them."""
    files = [
        _file(f"{folder}/index-{name}.js", size, name)
        for name, size in zip(("DPdfuszz", "WXAfIcaQ"), sizes, strict=True)
    ]
    local = _seen(output=_built(files[0], directory="dist"))
    assert outputs_equal(local, _seen(output=_built(files[1]))) == equal


def test_a_file_that_only_one_side_has_is_drift() -> None:
    """A missing asset makes the outputs differ."""
    local = _seen(output=_built(_file("static/index.html"), _file("static/logo.svg")))
    assert not outputs_equal(local, _seen(output=_built(_file("static/index.html"))))


def test_an_output_that_was_not_found_is_no_drift() -> None:
    """A local build that passed but left its output elsewhere cannot be called different."""
    clean = _seen(output=_built(_file("static/index.html")))
    assert outputs_equal(_seen(), clean)
    assert compare_all(_seen(), clean)[0].note


def test_an_output_that_a_failure_kept_away_matters() -> None:
    """A failed side without an output differs from one that has its output."""
    signature = FailureSignature(stage=Stage.COMPILE, error_class="type-error", subject="a.ts")
    local = _seen(output=_built(_file("static/index.html")))
    assert not outputs_equal(local, _seen(outcome=failed(signature)))


def test_an_output_that_is_missing_is_one_difference() -> None:
    """A side without any output is said once, not file by file."""
    local = _seen(output=_built(_file("static/index.html")))
    (found,) = compare_all(local, _seen())
    assert found.kind is DifferenceKind.ONLY_LOCAL
    assert found.children == ()

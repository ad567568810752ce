"""What compiled files ask of the C library, read from their bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.vercel.glibc import GlibcNeed, needed_glibc, too_new


def _dynamic_executable() -> bytes:
    for name in ("ls", "sh"):
        found = shutil.which(name)
        if found is not None:
            content = Path(found).resolve().read_bytes()
            if needed_glibc(content) is not None:
                return content
    pytest.skip("no dynamically linked ELF file on this machine")


@pytest.fixture
def executable() -> bytes:
    if not sys.platform.startswith("linux"):
        pytest.skip("ELF files are found on Linux")
    return _dynamic_executable()


def test_a_real_program_asks_for_some_version(executable: bytes) -> None:
    """A dynamically linked program of this machine needs a C library of version 2."""
    version = needed_glibc(executable)
    assert version is not None
    assert version[0] == 2


def test_a_library_using_a_recent_symbol_is_too_new_for_an_older_platform(tmp_path: Path) -> None:
    """A library that takes a symbol at 2.34 is reported against 2.33 and silent against 2.34."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source = tmp_path / "addon.c"
    source.write_text(
        "#include <pthread.h>\n"
        "static void *work(void *x) { return x; }\n"
        "int addon(void) { pthread_t t; return pthread_create(&t, 0, work, 0); }\n"
    )
    library = tmp_path / "addon.node"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-lpthread"], check=True)
    content = library.read_bytes()
    if needed_glibc(content) != (2, 34):
        pytest.skip("this machine's C library keeps threads apart")
    assert too_new([("addon.node", content)], ceiling=(2, 33)) == (
        GlibcNeed(path="addon.node", version=(2, 34)),
    )
    assert too_new([("addon.node", content)]) == ()


def test_files_are_reported_in_the_order_of_their_paths(executable: bytes) -> None:
    """The answer does not depend on the order files come in."""
    needs = too_new([("b.so", executable), ("a.so", executable)], ceiling=(2, 0))
    assert [need.path for need in needs] == ["a.so", "b.so"]


def test_the_symbol_is_spelled_as_the_loader_spells_it() -> None:
    """A need prints the way the loader's message does."""
    assert GlibcNeed(path="a.node", version=(2, 35)).symbol == "GLIBC_2.35"


@given(st.binary(max_size=400))
def test_any_bytes_after_the_magic_number_are_survived(rest: bytes) -> None:
    """A damaged file is data: it needs nothing, and nothing is raised."""
    assert needed_glibc(b"\x7fELF" + rest) is None


@given(cut=st.integers(min_value=4, max_value=4000), flip=st.integers(min_value=4, max_value=63))
def test_a_damaged_real_file_raises_nothing(cut: int, flip: int) -> None:
    """Cutting a real file short or changing its header never raises."""
    if not sys.platform.startswith("linux"):
        pytest.skip("ELF files are found on Linux")
    content = bytearray(_dynamic_executable())
    content[flip] ^= 0xFF
    needed_glibc(bytes(content))
    needed_glibc(bytes(content[:cut]))


def test_a_text_file_needs_nothing() -> None:
    """What is no ELF file asks for no C library."""
    assert needed_glibc(b"module.exports = 1\n") is None

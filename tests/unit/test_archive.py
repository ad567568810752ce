"""What comes out of a container as an archive is laid out where it belongs, or refused."""

from __future__ import annotations

import contextlib
import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.engine.archive import UnsafeArchive, extract

_KINDS = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE,
          tarfile.BLKTYPE, tarfile.FIFOTYPE)  # fmt: skip


def _member(name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.mode = kind, link, 0o4777
    return member


def _archive(*members: tarfile.TarInfo, body: bytes = b"evil") -> io.BytesIO:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for member in members:
            member.size = len(body) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(body) if member.isreg() else None)
    stream.seek(0)
    return stream


@pytest.mark.parametrize(
    "members",
    [
        [_member("../outside")],
        [_member("a/../../outside")],
        [_member("link", kind=tarfile.SYMTYPE, link="..")],
        [_member("link", kind=tarfile.SYMTYPE, link="/etc"), _member("link/passwd")],
        [_member("a", kind=tarfile.LNKTYPE, link="../outside")],
        [_member("null", kind=tarfile.CHRTYPE)],
        [_member("disk", kind=tarfile.BLKTYPE)],
        [_member("pipe", kind=tarfile.FIFOTYPE)],
    ],
)
def test_members_that_lead_elsewhere_are_refused(
    tmp_path: Path, members: list[tarfile.TarInfo]
) -> None:
    """Paths and links out of the folder, devices and pipes."""
    (tmp_path / "outside").write_text("untouched")
    (tmp_path / "in").mkdir()
    with pytest.raises(UnsafeArchive):
        extract(_archive(*members), tmp_path / "in")
    assert (tmp_path / "outside").read_text() == "untouched"


def test_an_absolute_path_is_laid_out_below(tmp_path: Path) -> None:
    """Its first slash means nothing."""
    extract(_archive(_member("/etc/verifier-test")), tmp_path)
    assert (tmp_path / "etc/verifier-test").read_bytes() == b"evil"


def test_rights_beyond_a_file_are_dropped(tmp_path: Path) -> None:
    """No set-user-id program, and nothing that others may write."""
    extract(_archive(_member("a")), tmp_path)
    assert (tmp_path / "a").stat().st_mode & 0o7022 == 0


def test_numbers_and_sizes_are_bounded(tmp_path: Path) -> None:
    """More files or bytes than allowed end it, holes included."""
    many = [_member(f"f{n}") for n in range(50)]
    with pytest.raises(UnsafeArchive):
        extract(_archive(*many), tmp_path / "a", most_files=49)
    with pytest.raises(UnsafeArchive):
        extract(_archive(*many), tmp_path / "b", most_bytes=50)
    sparse = tarfile.TarInfo("holes")
    sparse.pax_headers = {
        "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1",
        "GNU.sparse.size": str(1 << 40), "GNU.sparse.name": "holes",
    }  # fmt: skip
    sparse.size = 1
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(sparse, io.BytesIO(b"x"))
    stream.seek(0)
    with pytest.raises(UnsafeArchive):
        extract(stream, tmp_path / "c")
    assert not list((tmp_path / "c").glob("*")) if (tmp_path / "c").exists() else True


_NAMES = st.lists(
    st.sampled_from(["..", ".", "a", "b", "", "-rf", "\u202e", "a\nb", "c d", "$(id)"]),
    min_size=1, max_size=4,
).map("/".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(lambda n, k, t: _member(n, kind=k, link=t), _NAMES, st.sampled_from(_KINDS),
                  _NAMES),
        max_size=6,
    ),
    st.binary(max_size=40),
    st.integers(min_value=0),
)  # fmt: skip
def test_no_archive_writes_outside(
    tmp_path_factory: pytest.TempPathFactory,
    members: list[tarfile.TarInfo],
    noise: bytes,
    place: int,
) -> None:
    """Whatever members are in it and however its bytes are broken."""
    top = tmp_path_factory.mktemp("archive")
    inside = top / "in"
    inside.mkdir()
    (top / "witness").write_text("untouched")
    body = bytearray(_archive(*members).getvalue())
    body[place % len(body) : place % len(body) + len(noise)] = noise
    for stream in (_archive(*members), io.BytesIO(bytes(body))):
        try:
            extract(stream, inside)
        except (UnsafeArchive, OSError):
            continue
    assert sorted(p.name for p in top.iterdir()) == ["in", "witness"]
    assert (top / "witness").read_text() == "untouched"
    for found in inside.rglob("*"):
        with contextlib.suppress(OSError, RuntimeError):  # leads nowhere, or in a circle
            assert found.resolve(strict=True).is_relative_to(inside.resolve())
        if found.is_symlink():
            assert Path(os.path.normpath(found.parent / found.readlink())).is_relative_to(inside)

"""The engine's stream is taken apart wherever it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.engine.terminal import Frames


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 30))
def test_frames_cut_anywhere_give_their_payload(bodies: list[bytes], step: int) -> None:
    """The payloads come out whole and in order."""
    stream = b"".join(bytes([1, 0, 0, 0]) + len(b).to_bytes(4, "big") + b for b in bodies)
    frames = Frames(framed=True)
    pieces = [frames.payload(stream[n : n + step]) for n in range(0, len(stream), step)]
    assert b"".join(pieces) == b"".join(bodies)


def test_a_terminal_is_passed_on_as_it_is() -> None:
    """With a terminal there are no frames."""
    assert Frames(framed=False).payload(b"\x01\x00") == b"\x01\x00"

"""What must hold of the loop between two steps; tests look after every step."""

from __future__ import annotations

from aigc.engine.loop import Loop


def check_loop(loop: Loop) -> None:
    """Assert that nobody holds what is another's, waits for what is gone, or has lost or repeated a token."""
    loop.slots.check_integrity([row.slot for row in loop.rows if row.slot is not None])
    loop.prefixes.check_integrity([row.prefix for row in (*loop.rows, *loop.resting) if row.prefix is not None])
    assert len(loop.rows) <= loop.most, "more rows than allowed"
    assert all(row.slot is None and row.finish is None for row in loop.resting), "a resting row is not at rest"
    assert {*loop.sources, *loop.sources.values()} <= {*loop.rows}, "a row waits for one that is gone"
    led = [follower for row in loop.rows for follower in row.followers]
    coming = [loop.flight.rows[place] for place in loop.flight.places] if loop.flight else []
    assert coming or loop.flight is None, "a forward is kept for nobody"
    assert {*coming} <= {*loop.rows}, "logits are on their way for a row that is gone"
    for row in loop.rows:
        assert row.finish is None
        assert (row.slot is None) == (row.length == 0 and (not row.pending or row.length == 0))
        whole = len(row.request.ids) + len(row.written)
        if row in led:
            continue
        assert row.base + row.length + len(row.pending) == whole, "a row lost or repeated a token"
        assert row.pending or row in coming, "a row has nothing to do"
        assert row.slot is None or row.length <= row.slot.bank.capacity, "a row outgrew its slot"

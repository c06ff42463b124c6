"""Writers of one process go one after the other, in the order in which they asked."""

from pathlib import Path
from threading import Event, Thread

import pytest

from hourtrail.store import open_store
from hourtrail.store.errors import StoreUnavailable
from hourtrail.store.turns import Turns


class _Seen(Turns):
    """Tells when somebody has begun to wait."""

    def waits(self, count: int) -> bool:
        with self._lock:
            return len(self._waiting) == count


def test_who_asked_first_goes_first():
    turns, order, threads = _Seen(60), [], []

    def work(number: int) -> None:
        with turns.turn():
            order.append(number)

    with turns.turn():
        for number in range(5):
            threads.append(Thread(target=work, args=(number,)))
            threads[-1].start()
            while not turns.waits(number + 1):
                pass
    for thread in threads:
        thread.join(30)
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_is_told_and_keeps_nobody_from_their_turn():
    turns = Turns(0.01)
    with turns.turn(), pytest.raises(StoreUnavailable, match="busy"), turns.turn():
        pass
    with pytest.raises(ValueError, match="mine"), turns.turn():
        raise ValueError("mine")
    with turns.turn():
        pass


def test_readers_do_not_wait_for_their_turn(tmp_path: Path) -> None:
    done = Event()
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:

        def read() -> None:
            with store.tenant("t", read_only=True) as db:
                list(db.entries())
            done.set()

        with store.tenant("t"):
            thread = Thread(target=read)
            thread.start()
            assert done.wait(30)
        thread.join(30)

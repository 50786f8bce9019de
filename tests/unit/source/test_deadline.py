"""Deadlines are kept by one thread, in any order, and it ends with the fetch."""

import threading
import time

from cmms.source.deadline import DeadlineWatch


def test_only_what_takes_too_long_is_cut():
    watch, cut = DeadlineWatch(), threading.Event()
    with watch.limit(60, cut.set) as slow, watch.limit(0.05, cut.set) as quick:
        assert cut.wait(5)
        assert (quick.is_over, slow.is_over) == (True, False)
    watch.close()


def test_what_was_met_in_time_cuts_nothing_later():
    watch, cut = DeadlineWatch(), threading.Event()
    with watch.limit(0.05, cut.set):
        pass
    with watch.limit(60, cut.set) as other:
        assert not cut.wait(0.2)
        assert not other.is_over
    watch.close()


def test_a_later_request_with_an_earlier_deadline_is_cut_in_time():
    watch, cut = DeadlineWatch(), threading.Event()
    with watch.limit(60, lambda: None):
        time.sleep(0.05)  # the thread waits for the first one by now
        with watch.limit(0.05, cut.set):
            assert cut.wait(5)
    with watch.limit(0.05, lambda: None):
        pass
    watch.close()


def test_no_thread_is_left():
    before = threading.active_count()
    watch = DeadlineWatch()
    watch.close()
    watch = DeadlineWatch()
    with watch.limit(60, lambda: None):
        assert threading.active_count() == before + 1
    watch.close()
    assert threading.active_count() == before

"""Worker processes: whatever happens in one, the caller gets an answer or a reason in time."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.worker_process import Inbox, Oversized, send_within
from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerPool, WorkerTimedOut

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")

PID = "__import__('os').getpid()"
SLEEP = "__import__('time').sleep(60)"
CRASH = "__import__('os').kill(__import__('os').getpid(), 11)"


def evaluating_pool(
    size: int = 1, memory_mb: int = 256, deadline: float = 10.0, wait: float = 10.0
) -> WorkerPool:
    """A pool whose handler evaluates each request as a Python expression."""
    return WorkerPool("functools:partial", size, memory_mb, deadline, (eval,), wait=wait)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with evaluating_pool() as opened:
        yield opened


def test_a_request_is_answered_by_another_process_that_stays_for_the_next(
    pool: WorkerPool,
) -> None:
    first, second = pool.call(PID), pool.call(PID)

    assert first == second != os.getpid()


def test_an_exception_in_the_handler_reaches_the_caller_and_costs_no_worker(
    pool: WorkerPool,
) -> None:
    before = pool.call(PID)

    with pytest.raises(WorkerFailed, match="ZeroDivisionError: division by zero"):
        pool.call("1 / 0")

    assert pool.call(PID) == before


@given(
    st.lists(st.binary(max_size=40) | st.integers(0, 60_000).map(bytes), min_size=1, max_size=4),
    st.lists(st.integers(1, 30_000), max_size=6),
)
@settings(deadline=None, max_examples=60)
def test_messages_arrive_whole_however_the_bytes_are_cut(
    messages: list[bytes], cuts: list[int]
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as threads:
        sent = threads.submit(_send_cut, theirs, messages, cuts)
        inbox = Inbox(ours)

        received = [bytes(inbox.receive(70_000, time.monotonic() + 10)) for _ in messages]

        sent.result()
        assert received == messages
        assert not inbox.is_heard(0)


def _send_cut(channel: socket.socket, messages: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(len(message).to_bytes(8) + message for message in messages)
    for cut in cuts:
        channel.sendall(whole[:cut])
        whole = whole[cut:]
    channel.sendall(whole)


def test_a_message_that_does_not_come_whole_in_time_or_is_too_long_is_no_message() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall((5).to_bytes(8) + b"abc")
        with pytest.raises(TimeoutError):
            Inbox(ours).receive(10, time.monotonic() + 0.05)

        theirs.sendall((11).to_bytes(8))
        with pytest.raises(Oversized):
            Inbox(ours).receive(10, time.monotonic() + 10)

        theirs.close()
        with pytest.raises(EOFError):
            Inbox(ours).receive(10, time.monotonic() + 10)


def test_a_message_is_sent_whole_to_whoever_reads_late_and_given_up_for_nobody() -> None:
    ours, theirs = socket.socketpair()
    large = bytes(4_000_000)
    with ours, theirs, ThreadPoolExecutor(1) as threads:
        read = threads.submit(lambda: Inbox(theirs).receive(5_000_000, time.monotonic() + 10))

        send_within(ours, large, 10)

        assert bytes(read.result()) == large
        with pytest.raises(TimeoutError):
            send_within(ours, large, 0.05)


def test_at_the_deadline_the_worker_is_killed_and_the_next_request_is_answered(
    pool: WorkerPool,
) -> None:
    before = pool.call(PID)
    started = time.monotonic()

    with pytest.raises(WorkerTimedOut, match=r"stopped after 0\.3 s"):
        pool.call(SLEEP, deadline=0.3)

    assert time.monotonic() - started < 1
    assert pool.call(PID) != before
    await_that(lambda: not psutil.pid_exists(before))


def test_a_worker_that_crashes_says_how_and_is_replaced(pool: WorkerPool) -> None:
    with pytest.raises(WorkerDied, match="SIGSEGV"):
        pool.call(CRASH)

    assert pool.call("1 + 1") == 2


def test_a_worker_that_leaves_is_noticed_at_once(pool: WorkerPool) -> None:
    started = time.monotonic()

    with pytest.raises(WorkerDied, match="exit status 3"):
        pool.call("__import__('os')._exit(3)")

    assert time.monotonic() - started < 5


@on_linux
def test_a_worker_that_wants_too_much_memory_dies_alone(pool: WorkerPool) -> None:
    with pytest.raises(WorkerDied):
        pool.call("len(bytearray(1024 ** 3))")

    assert pool.call("len(bytearray(1024 ** 2))") == 1024**2


def test_a_worker_that_died_while_idle_is_not_handed_out(pool: WorkerPool) -> None:
    idle = pool.call(PID)
    os.kill(idle, signal.SIGKILL)
    await_that(lambda: has_ended(idle))

    assert pool.call("1 + 1") == 2


def test_a_caller_waits_a_bounded_time_for_a_free_worker() -> None:
    with evaluating_pool(size=1, wait=0.3) as pool, ThreadPoolExecutor() as threads:
        pool.warm()
        busy = threads.submit(pool.call, "__import__('time').sleep(1.5) or 'done'")
        time.sleep(0.2)
        started = time.monotonic()

        with pytest.raises(WorkerBusy):
            pool.call("1")

        assert time.monotonic() - started < 1
        assert busy.result() == "done"


@pytest.mark.parametrize("expression", ["lambda: 1", "b'x' * (140 * 1024 * 1024)"])
def test_an_answer_that_cannot_travel_is_a_failure_and_costs_no_worker(expression: str) -> None:
    with evaluating_pool(memory_mb=1024) as pool:
        before = pool.call(PID)

        with pytest.raises(WorkerFailed, match="pickle|larger than"):
            pool.call(expression)

        assert pool.call(PID) == before


def test_a_request_that_cannot_travel_is_the_callers_error(pool: WorkerPool) -> None:
    with pytest.raises(Exception, match="pickle"):
        pool.call(lambda: 1)

    assert pool.call("1") == 1


def test_a_worker_that_cannot_start_says_why_each_time_it_is_asked() -> None:
    with WorkerPool("no_such_module:function", 1, 256, 5.0) as pool:
        for _ in range(2):
            with pytest.raises(WorkerFailed, match="No module named 'no_such_module'"):
                pool.call("1")


def test_a_pool_starts_nothing_until_it_is_needed_and_then_no_more_than_that() -> None:
    with evaluating_pool(size=3) as pool:
        before = children()
        pool.call("1")
        after_one_call = children() - before
        pool.warm()
        after_warming = children() - before

    assert before == children()
    assert (len(after_one_call), len(after_warming)) == (1, 3)


@on_linux
def test_a_worker_has_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary, evaluating_pool() as pool:
        canary.settimeout(0.2)
        port = canary.getsockname()[1]

        with pytest.raises(WorkerFailed, match="Permission|unreachable"):
            pool.call(f"__import__('socket').create_connection(('127.0.0.1', {port}), 2)")

        with pytest.raises(TimeoutError):
            canary.accept()


def test_a_worker_leaves_no_core_dump(pool: WorkerPool) -> None:
    core_limit = "__import__('resource').getrlimit(__import__('resource').RLIMIT_CORE)"

    assert pool.call(core_limit) == (0, 0)


def test_a_worker_does_not_inherit_the_environment_where_secrets_lie(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENGANG_TOKEN", "secret")

    assert pool.call("__import__('os').environ.get('RENGANG_TOKEN')") is None


def test_a_worker_outlives_the_thread_that_needed_it_first(pool: WorkerPool) -> None:
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(pool.call(PID)))
    thread.start()
    thread.join()
    time.sleep(0.2)

    assert [pool.call(PID)] == answers


@on_linux
def test_workers_end_with_a_parent_that_is_killed_even_in_the_middle_of_work(
    tmp_path: Path,
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "from kb_service.workers import WorkerPool\n"
        "pool = WorkerPool('functools:partial', 1, 256, 600.0, (eval,))\n"
        f"print(pool.call({PID!r}), flush=True)\n"
        "pool.call('sum(range(10 ** 15))')\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        time.sleep(0.2)
        parent.kill()

    await_that(lambda: has_ended(worker))


def test_a_script_without_a_main_guard_is_not_run_again_in_the_worker(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from kb_service.workers import WorkerPool\n"
        "print('run')\n"
        "print(WorkerPool('functools:partial', 1, 256, 5.0, (eval,)).call('6 * 7'))\n"
    )

    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=30)

    assert (done.stdout, done.stderr, done.returncode) == ("run\n42\n", "", 0)


@on_linux
def test_a_closed_pool_leaves_no_process_no_zombie_and_no_open_file() -> None:
    files, processes = psutil.Process().num_fds(), children()
    with evaluating_pool(size=2) as pool:
        pool.warm()
        for hostile in (CRASH, SLEEP):
            with pytest.raises((WorkerDied, WorkerTimedOut)):
                pool.call(hostile, deadline=0.2)

    assert psutil.Process().num_fds() == files
    assert children() == processes
    with pytest.raises(WorkerFailed, match="closed"):
        pool.call("1")


def test_closing_a_pool_ends_the_calls_under_way() -> None:
    pool = evaluating_pool()
    with ThreadPoolExecutor() as threads:
        call = threads.submit(pool.call, SLEEP)
        time.sleep(0.5)
        pool.close()

        with pytest.raises((WorkerDied, WorkerFailed)):  # the latter where it had yet to begin
            call.result(timeout=5)


def test_good_requests_are_answered_while_others_crash_and_hang_beside_them() -> None:
    def hostile(pool: WorkerPool, number: int) -> None:
        with pytest.raises((WorkerDied, WorkerTimedOut)):
            pool.call(CRASH if number % 2 else SLEEP, deadline=0.3)

    with evaluating_pool(size=2) as pool, ThreadPoolExecutor(4) as threads:
        attacks = [threads.submit(hostile, pool, number) for number in range(8)]
        answers = [threads.submit(pool.call, f"{number} ** 2") for number in range(40)]

        assert [answer.result() for answer in answers] == [number**2 for number in range(40)]
        assert [attack.result() for attack in attacks] == [None] * 8


def children() -> set[int]:
    """The process ids of this process's children, zombies among them."""
    return {child.pid for child in psutil.Process().children()}


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or waits only for its parent to take note."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def await_that(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; five seconds are enough for it."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)

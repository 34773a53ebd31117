"""What runs inside a worker process: its limits, its isolation, and the loop that answers.

Imports the standard library only, so that a worker is up in tens of milliseconds and holds
nothing but what its entry asks for.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import os
import pickle
import platform
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

_LENGTH = struct.Struct(">Q")
_DEADLINE = struct.Struct(">d")
_GRACE = 2.0
_AT_ONCE = 16 * 1024
"""Bytes asked for at first: most messages come whole with their length in one call."""
_MOST_AT_ONCE = 1024 * 1024

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

# Per machine: the kernel's name for it, the number of socket(2), the first foreign call number.
_SYSCALLS = {
    "x86_64": (0xC000003E, 41, 0x40000000),
    "aarch64": (0xC00000B7, 198, 0xFFFFFFFF),
}
_IO_URING_SETUP = 425


class Kind(IntEnum):
    """What a message from a worker is."""

    PIECE = 1
    ANSWER = 2
    FAILURE = 3


class Oversized(Exception):
    """The other side announced a message larger than this side reads."""


@dataclass(frozen=True)
class Setup:
    """What a worker is told before its first request."""

    entry: str
    init_args: tuple[object, ...]
    memory_mb: int
    max_answer_bytes: int
    parent: int
    streams: bool = False
    """Whether the handler is given a second argument: a function that sends a piece of the answer."""


def pack(request: object, deadline: float) -> bytes:
    """A request as it travels to the worker: its deadline in seconds, then its pickle."""
    return _DEADLINE.pack(deadline) + pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)


def send(channel: socket.socket, message: bytes) -> None:
    """Write one message, preceded by its length; the socket's timeout bounds the whole of it.

    In one call: the reader would else be woken twice.
    """
    channel.sendall(_LENGTH.pack(len(message)) + message)


def send_within(channel: socket.socket, message: bytes, seconds: float) -> None:
    """The same on a channel without a timeout, which is asked about time only when it is full.

    Raises TimeoutError.
    """
    whole = _LENGTH.pack(len(message)) + message
    try:
        sent = channel.send(whole, socket.MSG_DONTWAIT)
    except BlockingIOError:
        sent = 0
    if sent < len(whole):
        channel.settimeout(seconds)
        channel.sendall(memoryview(whole)[sent:])
        channel.settimeout(None)


def receive(channel: socket.socket, limit: int, end: float | None = None) -> memoryview:
    """One message on a channel on which no other follows before it was answered.

    Raises what `Inbox.receive` raises.
    """
    return Inbox(channel).receive(limit, end)


class Inbox:
    """The messages that come on a channel, each read with as few calls as it takes.

    What comes of the next message along with one is kept for it.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._readable = select.poll()
        self._readable.register(channel, select.POLLIN)
        self._kept = b""

    def receive(self, limit: int, end: float | None = None) -> memoryview:
        """One message, read before the monotonic time `end`.

        Raises EOFError when the other side has gone, TimeoutError when `end` passes, and Oversized
        without reading on when the message is longer than `limit`.
        """
        begun: bytes | bytearray = self._kept or self._piece(_AT_ONCE, end)
        while len(begun) < _LENGTH.size:
            begun += self._piece(_AT_ONCE, end)
        (length,) = _LENGTH.unpack_from(begun)
        if length > limit:
            raise Oversized(f"{length} bytes, {limit} allowed")
        whole = _LENGTH.size + length
        self._kept = bytes(begun[whole:])
        if len(begun) < whole:
            begun = self._rest(begun, whole, end)
        return memoryview(begun)[_LENGTH.size : whole]

    def is_heard(self, seconds: float) -> bool:
        """Whether there is something to receive within so many seconds, be it the end."""
        return bool(self._kept) or self._is_readable(seconds)

    def _rest(self, begun: bytes | bytearray, whole: int, end: float | None) -> bytearray:
        message = bytearray(whole)
        message[: len(begun)] = begun
        view = memoryview(message)[len(begun) :]
        while view:
            piece = self._piece(min(len(view), _MOST_AT_ONCE), end)
            view[: len(piece)] = piece
            view = view[len(piece) :]
        return message

    def _piece(self, most: int, end: float | None) -> bytes:
        piece = self._channel.recv(most) if end is None else self._piece_by(most, end)
        if not piece:
            raise EOFError
        return piece

    def _piece_by(self, most: int, end: float) -> bytes:
        while True:
            try:
                return self._channel.recv(most, socket.MSG_DONTWAIT)
            except BlockingIOError:
                remaining = end - time.monotonic()
            if remaining <= 0 or not self._is_readable(remaining):
                raise TimeoutError

    def _is_readable(self, seconds: float) -> bool:
        return bool(self._readable.poll(seconds * 1000))


def run(descriptor: int) -> None:
    """Answer requests on the socket `descriptor` until the parent closes it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=descriptor)
    inbox = Inbox(channel)
    setup: Setup = pickle.loads(inbox.receive(sys.maxsize))
    _confine(setup)
    try:
        handler = _start(setup)
    except Exception as error:
        send(channel, _packed(Kind.FAILURE, _said(error)))
        return
    send(channel, _packed(Kind.ANSWER, None))
    rest: Callable[[], None] = getattr(handler, "rest", _nothing)
    respond = _streaming(handler, channel) if setup.streams else handler
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            message = inbox.receive(sys.maxsize)
            _answer(respond, message, channel, setup.max_answer_bytes)
            rest()


def _nothing() -> None:
    """What most handlers do between requests."""


def _start(setup: Setup) -> Callable[..., object]:
    module, _, function = setup.entry.partition(":")
    handler: Callable[..., object] = getattr(importlib.import_module(module), function)(
        *setup.init_args
    )
    return handler


def _streaming(
    handler: Callable[[Any, Callable[[object], None]], object], channel: socket.socket
) -> Callable[[Any], object]:
    def emit(piece: object) -> None:
        send(channel, _packed(Kind.PIECE, piece))

    return lambda request: handler(request, emit)


def _packed(kind: Kind, value: object) -> bytes:
    return pickle.dumps((kind.value, value), protocol=pickle.HIGHEST_PROTOCOL)


def _answer(
    respond: Callable[[Any], object], message: memoryview, channel: socket.socket, limit: int
) -> None:
    """Send the outcome of a request, within its deadline also when nobody takes it.

    The kernel's own alarm ends the process a little after the deadline even when the parent cannot
    and the handler is deep in native code. Out of memory, the process ends too: what a library
    holds after a failed allocation is not to be trusted with the next request.
    """
    (deadline,) = _DEADLINE.unpack_from(message)
    signal.setitimer(signal.ITIMER_REAL, deadline + _GRACE)
    try:
        try:
            request = pickle.loads(message[_DEADLINE.size :])
            answer = _packed(Kind.ANSWER, respond(request))
        except MemoryError:
            os._exit(errno.ENOMEM)
        except ConnectionError:
            raise
        except Exception as error:
            answer = _packed(Kind.FAILURE, _said(error))
        if len(answer) > limit:
            answer = _packed(Kind.FAILURE, f"the answer is larger than {limit} bytes")
        send(channel, answer)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _confine(setup: Setup) -> None:
    """Bind this process to its parent's life, its memory limit, and no network.

    What the kernel does not offer is left out: the hard kill at the deadline holds without it.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        _control(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != setup.parent:
            os._exit(0)
        _leave_network(libc)
        _control(libc, _PR_SET_DUMPABLE, 0)
    _limit_memory(setup.memory_mb)


def _control(libc: ctypes.CDLL, option: int, value: int, more: int = 0) -> bool:
    """Whether the kernel took this `prctl`, whose arguments are all of the machine's width."""
    arguments = (ctypes.c_ulong(argument) for argument in (value, more, 0, 0))
    answer: int = libc.prctl(option, *arguments)
    return answer == 0


def _limit_memory(memory_mb: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = memory_mb * 1024 * 1024
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _leave_network(libc: ctypes.CDLL) -> None:
    """Take the network away twice: an empty network namespace, and no new sockets at all."""
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    if platform.machine() in _SYSCALLS and _control(libc, _PR_SET_NO_NEW_PRIVS, 1):
        _forbid_sockets(libc, *_SYSCALLS[platform.machine()])


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


def _forbid_sockets(libc: ctypes.CDLL, machine: int, socket_call: int, foreign: int) -> None:
    """Install a seccomp filter: `socket` and `io_uring_setup` answer EACCES from here on.

    Sockets that are open already, like the one to the parent, go on working.
    """
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    seccomp_filter, allow, deny = 2, 0x7FFF0000, 0x00050000 | errno.EACCES
    lines = (
        (load, 0, 0, 4),
        (equal, 0, 5, machine),
        (load, 0, 0, 0),
        (equal, 3, 0, socket_call),
        (equal, 2, 0, _IO_URING_SETUP),
        (at_least, 1, 0, foreign),
        (answer, 0, 0, allow),
        (answer, 0, 0, deny),
    )
    program = (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))
    installed = _Program(len(program), program)
    _control(libc, _PR_SET_SECCOMP, seccomp_filter, ctypes.addressof(installed))

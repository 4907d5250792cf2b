"""For all tests: nothing leaves this machine, property tests have no stopwatch, and aioresponses works on new aiohttp."""

import inspect
import ipaddress
import signal
import sys
from typing import Any
from unittest.mock import Mock

import aiohttp
import hypothesis
from aioresponses import core

hypothesis.settings.register_profile("printkit", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("printkit")


def _stay_here(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
        try:
            inside = ipaddress.ip_address(host.partition("%")[0]).is_loopback
        except ValueError:
            inside = host == "localhost"
        if not inside:
            raise AssertionError(f"a test tried to connect to {host}")


sys.addaudithook(_stay_here)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell that runs the tests in the background; children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:  # aioresponses 0.7.9 and aiohttp from 3.14 on

    class _Answer(aiohttp.ClientResponse):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.setdefault("stream_writer", Mock(output_size=0))
            super().__init__(*args, **options)

    core.ClientResponse = _Answer
    core.stream_reader_factory = lambda loop=None: aiohttp.StreamReader(
        aiohttp.client_proto.ResponseHandler(loop=loop), limit=2**30, loop=loop
    )

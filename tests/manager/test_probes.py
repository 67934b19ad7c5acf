"""What the kubelet and Prometheus are answered."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from exposer.informers import Informers
from exposer.kube import ApiError
from exposer.manager.probes import ListenError, probes
from exposer.observed import Store
from exposer.options import Address
from tests.support.fake_client import Call, FakeClient, FakeStream, an_error

REQUESTS = "exposerequests"


def a_port() -> Address:
    """One that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", listener.getsockname()[1])


async def some_informers(
    *namespaces: str, refused: Sequence[str] = (), out_of_reach: Sequence[str] = ()
) -> Informers:
    """All that is watched from the start; what is refused or out of reach was asked for once."""
    client = FakeClient()
    client.on("GET", "", lambda call: {"metadata": {"resourceVersion": "9"}, "items": []})
    client.on("WATCH", "", lambda call: FakeStream())

    class StopError(Exception):
        """The second try is none of the test's."""

    def failing(error: ApiError, path: str) -> None:
        answers: list[Exception] = [error, StopError()]

        def answer(call: Call) -> Exception:
            return answers.pop(0)

        client.on("GET", path, answer)

    for path in refused:
        failing(an_error(403, "you may not"), path)
    for path in out_of_reach:
        failing(an_error(0, "no route to host"), path)
    informers = Informers(
        client, Store(), namespaces, timedelta(hours=1), lambda namespace: None, pause=_no_pause
    )
    for informer in informers:
        if informer.is_wanted:
            with suppress(StopError):
                await informer.watch(await informer.list_all())
    return informers


async def _no_pause(seconds: float) -> None:
    pass


async def asked(informers: Informers, path: str) -> tuple[int, str]:
    address = a_port()
    url = f"http://{address.host}:{address.port}{path}"
    async with (
        probes(address, informers),
        ClientSession() as session,
        session.get(url) as response,
    ):
        return response.status, await response.text()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_while_all_is_watched_it_is_well(path: str) -> None:
    assert await asked(await some_informers(), path) == (200, "ok\n")


async def test_before_all_is_listed_it_lives_but_is_not_ready() -> None:
    informers = Informers(FakeClient(), Store(), (), timedelta(hours=1), lambda namespace: None)
    assert await asked(informers, "/healthz") == (200, "ok\n")
    assert await asked(informers, "/readyz") == (
        503,
        "exposerequests: not listed yet\nservices: not listed yet\nendpoints: not listed yet\n"
        "endpointslices: not listed yet\n",
    )


@pytest.mark.parametrize("path", ["services", REQUESTS])
async def test_with_an_api_server_out_of_reach_it_lives_but_is_not_ready(path: str) -> None:
    informers = await some_informers(out_of_reach=[path])
    assert await asked(informers, "/healthz") == (200, "ok\n")
    assert await asked(informers, "/readyz") == (503, f"{path}: no route to host\n")


async def test_where_nothing_may_be_read_it_is_not_ready() -> None:
    informers = await some_informers(refused=["services"])
    assert await asked(informers, "/readyz") == (503, "services: you may not\n")


async def test_a_namespace_that_may_not_be_read_keeps_no_other_from_being_served() -> None:
    informers = await some_informers("a", "b", refused=["b/services"])
    assert await asked(informers, "/readyz") == (200, "ok\nservices in b: you may not\n")


async def test_one_that_is_out_of_reach_does() -> None:
    informers = await some_informers("a", "b", out_of_reach=["b/services"])
    assert await asked(informers, "/readyz") == (503, "services in b: no route to host\n")


async def test_metrics_are_in_the_format_of_prometheus() -> None:
    status, text = await asked(await some_informers(), "/metrics")
    assert status == 200
    assert "# TYPE exposer_watches_total counter\n" in text


async def test_a_port_that_is_taken_is_told() -> None:
    informers, address = await some_informers(), a_port()
    async with probes(address, informers):
        with pytest.raises(ListenError, match=r"can't listen .*address already in use"):
            async with probes(address, informers):
                pass


async def test_without_an_address_nothing_listens() -> None:
    async with probes(None, await some_informers()):
        pass

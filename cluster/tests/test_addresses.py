"""The addresses of pods."""

import pytest

from localcluster.nodes.addresses import PodAddresses

ALL = [f"10.244.1.{number}" for number in range(2, 255)]


def test_a_pod_keeps_its_address() -> None:
    pool = PodAddresses("10.244.1.")
    assert [pool.take(uid) for uid in ("a", "b", "a")] == [ALL[0], ALL[1], ALL[0]]


def test_an_address_is_used_again_only_after_all_others() -> None:
    pool = PodAddresses("10.244.1.")
    found = []
    for number in range(len(ALL) + 1):
        found.append(pool.take(str(number)))
        pool.release(str(number))
    assert found == [*ALL, ALL[0]]


def test_there_are_no_more_than_a_networks_addresses() -> None:
    pool = PodAddresses("10.244.1.")
    assert [pool.take(str(number)) for number in range(len(ALL))] == ALL
    with pytest.raises(LookupError, match=r"^no address is free$"):
        pool.take("one more")
    pool.release("7")
    assert pool.take("one more") == ALL[7]


def test_an_address_that_a_pod_was_found_with_is_its_own() -> None:
    pool = PodAddresses("10.244.1.")
    pool.remember("old", ALL[0])
    assert (pool.take("new"), pool.take("old")) == (ALL[1], ALL[0])


def test_an_address_of_another_network_is_not_remembered() -> None:
    pool = PodAddresses("10.244.1.")
    pool.remember("host", "10.240.0.1")
    pool.release("host")
    assert [pool.take(str(number)) for number in range(len(ALL))] == ALL


def test_only_the_pods_that_are_still_there_keep_their_addresses() -> None:
    pool = PodAddresses("10.244.1.")
    for uid in ("gone", "here"):
        pool.take(uid)
    pool.keep_only({"here", "never seen"})
    others = [pool.take(str(number)) for number in range(len(ALL) - 1)]
    assert others == [*ALL[2:], ALL[0]]
    assert pool.take("here") == ALL[1]

"""The addresses of a node's pods."""

__all__ = ["PodAddresses"]


class PodAddresses:
    """A pool of addresses, each of which belongs to at most one pod at a time.

    It hands them out in rotation, so that an address is as seldom as possible one that another pod
    had a moment ago: an endpoint that is out of date then points nowhere, instead of to a stranger.
    """

    _FIRST, _LAST = 2, 254  # .1 is the node's own end of the pod network

    def __init__(self, prefix: str) -> None:
        """Start with all addresses free.

        Args:
            prefix: The addresses' first three numbers, with a dot at the end.
        """
        self._free = [f"{prefix}{number}" for number in range(self._FIRST, self._LAST + 1)]
        self._used: dict[str, str] = {}

    def take(self, uid: str) -> str:
        """The address of the pod with this uid: the one it has, or else a free one.

        Raises:
            LookupError: All are in use.
        """
        if uid not in self._used:
            if not self._free:
                raise LookupError("no address is free")
            self._used[uid] = self._free.pop(0)
        return self._used[uid]

    def remember(self, uid: str, address: str) -> None:
        """Note the address that a pod was found to have."""
        if address in self._free:
            self._free.remove(address)
            self._used[uid] = address

    def release(self, uid: str) -> None:
        """Take back the address of a pod that is gone."""
        address = self._used.pop(uid, None)
        if address is not None:
            self._free.append(address)

    def keep_only(self, uids: set[str]) -> None:
        """Take back the addresses of all pods but these."""
        for uid in self._used.keys() - uids:
            self.release(uid)

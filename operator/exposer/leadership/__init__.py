"""Of several processes one writes: the election by a Lease."""

from exposer.leadership.lease import Leadership, LeaseLostError, leadership_of

__all__ = ["Leadership", "LeaseLostError", "leadership_of"]

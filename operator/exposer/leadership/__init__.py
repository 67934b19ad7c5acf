"""Of several processes one writes: the election by a Lease."""

from exposer.leadership.lease import Leadership, leadership_of

__all__ = ["Leadership", "leadership_of"]

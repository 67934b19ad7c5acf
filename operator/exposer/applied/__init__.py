"""Stage 6: plan -> API server -> outcome. The edge: all writes of the operator are here."""

from exposer.applied.writer import Writer

__all__ = ["Writer"]

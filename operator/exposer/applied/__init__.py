"""Stage 6: plan -> API server -> outcome. The edge: all calls of a reconcile are here."""

from exposer.applied.events import Events
from exposer.applied.pods import PodReader, read_backing
from exposer.applied.service_warnings import WarningReader
from exposer.applied.targets import Targets
from exposer.applied.writer import Writer

__all__ = ["Events", "PodReader", "Targets", "WarningReader", "Writer", "read_backing"]

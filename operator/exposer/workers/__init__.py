"""What wakes requests, and in which order and how often they are reconciled."""

from exposer.workers.debounce import StatusDebounce
from exposer.workers.work_queue import WorkQueue
from exposer.workers.workers import Workers, waking

__all__ = ["StatusDebounce", "WorkQueue", "Workers", "waking"]

"""Reading the log against itself: its hash chain, and everything that is derived from its events (`icr verify-log`)."""

from adapters.verifying.report import Report
from adapters.verifying.verify import Noted, verify

__all__ = ["Noted", "Report", "verify"]

"""Reading the log against itself: its hash chain, and everything that is derived from its events (`icr verify-log`)."""

from tools.verify_log.report import Report
from tools.verify_log.verify import Noted, verify

__all__ = ["Noted", "Report", "verify"]

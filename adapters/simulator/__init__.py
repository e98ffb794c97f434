"""An invented area whose agencies publish events: for demonstrations, tests and measurements.

`simulate` gives the events of a `Plan`, `wire` what a producer would send, `write_area` one file an organisation.
Lives come first and say nothing of agencies; agencies publish what they would know of them.
"""

from adapters.simulator.encoding import encode, sector_of, wire
from adapters.simulator.files import write_area
from adapters.simulator.plan import Plan
from adapters.simulator.run import simulate

__all__ = ["Plan", "encode", "sector_of", "simulate", "wire", "write_area"]

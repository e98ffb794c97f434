"""An invented area whose agencies publish events: for demonstrations, tests and measurements.

`simulate` gives the events of a `Plan`, `wire` what a producer would send, `write_area` one file an organisation.
Lives come first and say nothing of agencies; agencies publish what they would know of them. Beside the events stands the
truth (`Ledger`, `truth`): what can be known of the lives from what was told, worked out without reading any event.
"""

from adapters.simulator.encoding import encode, sector_of, wire
from adapters.simulator.files import write_area
from adapters.simulator.ledger import Ledger
from adapters.simulator.noise import parse_noise
from adapters.simulator.plan import Plan
from adapters.simulator.simulation import simulate
from adapters.simulator.truth import truth

__all__ = ["Ledger", "Plan", "encode", "parse_noise", "sector_of", "simulate", "truth", "wire", "write_area"]

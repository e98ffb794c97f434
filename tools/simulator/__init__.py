"""An invented area whose agencies publish events: for demonstrations, tests and measurements.

`simulate` gives the events of a `Plan`, `wire` what a producer would send, `write_area` one file an organisation.
Lives come first and say nothing of agencies; agencies publish what they would know of them. Beside the events stands the
truth (`Ledger`, `truth`): what can be known of the lives from what was told, worked out without reading any event.
"""

from tools.simulator.encoding import encode, sector_of, wire
from tools.simulator.files import write_area
from tools.simulator.ledger import Ledger
from tools.simulator.noise import parse_noise
from tools.simulator.plan import Plan
from tools.simulator.simulation import simulate
from tools.simulator.truth.written import truth

__all__ = ["Ledger", "Plan", "encode", "parse_noise", "sector_of", "simulate", "truth", "wire", "write_area"]

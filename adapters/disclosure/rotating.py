"""The signing key is exchanged for another: one checkpoint is signed by both, so that the log goes on and stays provable by either.

Earlier checkpoints are the old key's and later ones the new key's. A check is given both verifier keys.
"""

import json
import os
from pathlib import Path

from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.sealing import hold_sealing, seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import Connection, NoSigningKey, SigningKey, load
from adapters.log.keys.closed_file import keep_entry, make_closed
from adapters.process.clock import Clock
from domain.errors import Misuse


def rotate(connection: Connection, path: Path, place: SecondPlace, clock: Clock) -> tuple[SigningKey, SigningKey]:
    """Exchange the key of a file; the old one and the new one. The old one's file is kept beside it.

    Killed on the way it is done again: until the files are exchanged the old key signs on, and the new one is that of the last try.
    Raises Misuse where a sequencer works, which has the old key, and where no entry came since the last checkpoint: there is none to
    sign then. Raises SealTrouble as `sign`.
    """
    old = load(path)
    if not hold_sealing(connection):
        raise Misuse("a sequencer works, and has the old key: stop `icr seal` first")
    new = _next(path, old)
    while seal(connection):
        pass
    if sign(connection, old, place, clock.now(), beside=new) is None:
        raise Misuse("nothing was logged since the last checkpoint: ask something first, as `icr sealed`")
    publish(connection, old, place, clock.now())
    path.rename(path.with_name(f"{path.name}.{old.verifier.id.hex()}"))
    _next_of(path).rename(path)
    keep_entry(path.parent)
    return old, new


def _next(path: Path, old: SigningKey) -> SigningKey:
    """The key that comes next, of the same log's name."""
    try:
        return load(_next_of(path))
    except NoSigningKey:
        made = {"name": old.verifier.name, "seed": os.urandom(32).hex()}
        make_closed(_next_of(path), json.dumps(made).encode())
        return load(_next_of(path))


def _next_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")

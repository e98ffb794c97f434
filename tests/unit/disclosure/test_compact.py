"""Content of parts is made small before it is sealed, and opens again; what was stored before opens too."""

import hashlib
import hmac
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adapters.disclosure.capsules import released
from adapters.disclosure.compact import WORDS, made_large, made_small
from adapters.disclosure.keys import canonical_content, open_part, seal_part
from adapters.log.keys.data_keys import seal
from domain.access.parts import Part
from tests.builders import capsules

KEY = b"k" * 32
NONCE = b"n" * 12
OWNER = UUID(int=7)
PAGE = capsules.page("page", released()[0])["contents"]


@given(content=st.binary(max_size=2000))
def test_what_is_made_small_is_made_large_again(content: bytes) -> None:
    assert made_large(made_small(content)) == content


@given(small=st.binary(max_size=300))
def test_anything_is_none_or_content(small: bytes) -> None:
    made_large(small)


def test_what_is_cut_off_or_goes_on_is_none() -> None:
    small = made_small(b'{"name":null}' * 30)
    assert made_large(small[:-1]) is None
    assert made_large(small + b"x") is None


def test_a_page_takes_a_quarter() -> None:
    plain = [canonical_content(one) for one in PAGE]
    assert sum(map(len, map(made_small, plain))) < sum(map(len, plain)) / 4


def test_the_words_are_those_by_which_parts_were_stored() -> None:
    """What was stored cannot be opened by others."""
    assert hashlib.sha256(WORDS).hexdigest() == "10134edc1bc586ae8cf098c5aa5418b70b7f10e8420f18d3a496a173896136da"


def test_a_part_opens_by_its_key_alone_and_only_as_what_its_digest_commits_to() -> None:
    part = seal_part(Part(OWNER, None, PAGE[1]), KEY, NONCE)
    assert open_part(KEY, OWNER, part.digest, part.sealed) == canonical_content(PAGE[1])
    assert open_part(b"x" * 32, OWNER, part.digest, part.sealed) is None
    assert open_part(KEY, OWNER, bytes(32), part.sealed) is None
    other = seal(KEY, NONCE, b"\x01" + made_small(b"{}"), OWNER.bytes + part.digest)
    assert open_part(KEY, OWNER, part.digest, other) is None


def test_a_part_that_was_stored_with_its_salt_opens() -> None:
    content = canonical_content(PAGE[1])
    salted = hmac.digest(KEY, content, "sha256") + content
    digest = hashlib.sha256(salted).digest()
    assert open_part(KEY, OWNER, digest, seal(KEY, NONCE, salted, OWNER.bytes + digest)) == content
    assert digest == seal_part(Part(OWNER, None, PAGE[1]), KEY, NONCE).digest, (
        "equal content has an equal digest, as before"
    )

"""Checkpoints as notes: what is written is read again, what is none is refused, and others' notes verify."""

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.proof.checkpoint import (
    Checkpoint,
    Malformed,
    Signature,
    VerifierKey,
    format_note,
    is_name,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
)

# The example of golang.org/x/mod/sumdb/note, whose form the standard took.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = base64.b64encode(b"r" * 32).decode()
TEXT = f"icr.example/access\n12\n{ROOT}\nevents 7:ab\n"


def test_a_note_of_others_verifies() -> None:
    key = parse_verifier_key(GO_KEY)
    assert str(key) == GO_KEY
    text, [signed] = parse_note(GO_NOTE)
    assert (signed.name, signed.key_id) == (key.name, key.id)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    public.verify(signed.signature, text.encode())
    assert format_note(text, [signed]) == GO_NOTE
    with pytest.raises(InvalidSignature):
        public.verify(signed.signature, text.encode() + b"\n")


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    checkpoint = Checkpoint("icr.example/access", 12, b"r" * 32, ("events 7:ab",))
    assert checkpoint.text() == TEXT
    assert parse_checkpoint(TEXT) == checkpoint
    assert parse_checkpoint(f"o\n0\n{ROOT}\n") == Checkpoint("o", 0, b"r" * 32)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "o\n", "o\n1\n", f"o\n1\n{ROOT}", f"o\n1\n{ROOT}\n\n", f"\n1\n{ROOT}\n", f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n", f"o\n\u0661\n{ROOT}\n", f"o\n1\n{ROOT[:-4]}\n", f"o\n1\n{ROOT[:-2]}1=\n", f"a b\n1\n{ROOT}\n",
        f"a+b\n1\n{ROOT}\n", f"o\n{'9' * 20}\n{ROOT}\n", f"o\n1\n {ROOT}\n", f"{TEXT}\nx\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(text)


def test_a_note_has_all_its_signatures() -> None:
    signed = [Signature("one", b"1234", b"s" * 64), Signature("witness.example", b"5678", b"w" * 72)]
    assert parse_note(format_note(TEXT, signed)) == (TEXT, tuple(signed))


@pytest.mark.parametrize(
    "note",
    [
        "", "\n\n", TEXT, f"{TEXT}\n", GO_NOTE[:-1], GO_NOTE.replace("\u2014", "-"), GO_NOTE.replace("x08go/", "x08go"),
        GO_NOTE.replace("think", "th\tink"), GO_NOTE + "\n", GO_NOTE.replace("x08go", " x08go"), GO_NOTE.replace("\n", "\r\n"),
        f"{TEXT}\n\u2014 one MTIzNA==\n",
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(Malformed):
        parse_note(note)


@pytest.mark.parametrize(
    "text",
    [
        "", "PeterNeumann", GO_KEY.replace("c74f20a3", "c74f20a4"), GO_KEY.replace("Peter", "Paul"), GO_KEY[:-1], f"{GO_KEY}A",
        GO_KEY.replace("+AR", "+BR"), GO_KEY.replace("c74f20a3", "C74F20A3"),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_verifier_key(text)


def test_names_of_logs_have_no_spaces_and_no_plus() -> None:
    assert is_name("children.example.gov.uk/access")
    assert not any(is_name(name) for name in ("", "a b", "a+b", "a\u2003b", "a\nb", "a\x00b", "x" * 201))
    assert VerifierKey("a", b"k" * 32).id != VerifierKey("b", b"k" * 32).id

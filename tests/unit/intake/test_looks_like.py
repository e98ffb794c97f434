"""A file of another kind is named, and nothing of it is kept in quarantine."""

import gzip
import zipfile
from pathlib import Path

import pytest

from adapters.intake.connectors import BrokenFile
from adapters.intake.connectors.looks_like import CIN, NEMS, SCHOOL_CENSUS, check, looks_like
from tests.builders.cin import census, child

FIXTURES = Path(__file__).parents[2] / "fixtures"
SSDA903 = "a return of looked-after children (SSDA903)"
SEN2 = "a census of special educational needs (SEN2)"
ANNEX_A = "a list of an inspection's Annex A"
CTF = "a common transfer file (CTF)"
CLASS_LIST = "a class list"

TABLES = [
    ("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", SSDA903),
    ("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN", SSDA903),
    ("CHILD,DOB,REVIEW,REVIEW_CODE", SSDA903),
    ("CHILD,SEX,DOB,DUC", SSDA903),
    ("CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS", SSDA903),
    ('"CHILD";"DOB";"MISSING";"MIS_START";"MIS_END"', SSDA903),
    ("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM", SSDA903),
    ("CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM", SSDA903),
    ("personstableid,surname,forename,personbirthdate,upn,uniquelearnernumber", SEN2),
    ("sen2tableid,namedplantableid,startdate,planres,planwbp", SEN2),
    ("requeststableid,receiveddate,requestoutcome", SEN2),
    ("Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of Contact", ANNEX_A),
    ("Surname,Forename,Class,Date of Birth", CLASS_LIST),
    ("Legal Surname,Legal Forename,UPN,Reg Group,Year Group", CLASS_LIST),
    ("Name\tForm\tHouse", CLASS_LIST),
    ("URN,upn,entrydate,dob", "a table of the school census"),
]
DOCUMENTS = [
    ("<Message><Header><CollectionDetails><Collection>SEN2</Collection></CollectionDetails></Header></Message>", SEN2),
    (
        "<Message><Header><CollectionDetails><Collection> CLA </Collection></CollectionDetails></Header></Message>",
        SSDA903,
    ),
    (
        "<c:Message xmlns:c='x'><c:Header><c:Collection>School Census</c:Collection></c:Header></c:Message>",
        "a school census in XML",
    ),
    (
        "<!-- made by a system --><CTfile><Header><DocumentName>Common Transfer File</DocumentName></Header></CTfile>",
        CTF,
    ),
    (census([child("")]), "a children in need census"),
    ('<Bundle xmlns="http://hl7.org/fhir"/>', "NHS event messages"),
    ('{"resourceType": "Bundle"}', "FHIR in JSON"),
    ('[{"event_type": "PupilAdmitted"}]', "events in JSON, which `icr publish` sends"),
]


@pytest.mark.parametrize(("head", "words"), TABLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_tables(tmp_path: Path, head: str, words: str, encoding: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(f"{head}\n1,2,3\n".encode(encoding))
    assert (found := looks_like(path)) is not None
    assert found.words == words


@pytest.mark.parametrize(("text", "words"), DOCUMENTS)
@pytest.mark.parametrize("packed", [False, True])
def test_documents(tmp_path: Path, text: str, words: str, packed: bool) -> None:
    path = tmp_path / "file"
    data = f'<?xml version="1.0"?>\n{text}'.encode() if text[0] == "<" else text.encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    assert (found := looks_like(path)) is not None
    assert found.words == words


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "annex.xlsx"
    for sheet, words in (("List 1", "an inspection's Annex A, an Excel workbook"), ("Sheet1", "an Excel workbook")):
        with zipfile.ZipFile(path, "w") as book:
            book.writestr(
                "xl/workbook.xml", f'<workbook><sheets><sheet name="{sheet}" sheetId="1"/></sheets></workbook>'
            )
        assert (found := looks_like(path)) is not None
        assert found.words == words
    path.write_bytes(path.read_bytes()[:60])
    assert (found := looks_like(path)) is not None
    assert found.words == "a packed file (zip)"


@pytest.mark.parametrize("data", [b"", b"\0", b"<", b"<?xml", b"a,b,c\n", b"PK", b"\x1f\x8b", b"<html/>", b"\xff\xfe"])
def test_what_looks_like_nothing_known(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert looks_like(path) is None
    check(path, CIN)  # it is left to whoever reads it


@pytest.mark.parametrize(
    ("kind", "folder", "pattern"),
    [(NEMS, "nems", "*.xml"), (CIN, "cin", "*.xml"), (SCHOOL_CENSUS, "school-census", "*.csv")],
)
def test_what_a_connector_reads_looks_like_its_own(kind: str, folder: str, pattern: str) -> None:
    paths = sorted((FIXTURES / folder).glob(pattern))
    assert paths
    for path in paths:
        check(path, kind)


def test_what_is_said(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("CHILD,DOB,REVIEW,REVIEW_CODE\n")
    with pytest.raises(BrokenFile, match=r"looks like a return of .*\(SSDA903\): such a file is not read yet"):
        check(path, SCHOOL_CENSUS)
    with pytest.raises(BrokenFile, match="looks like a children in need census: read it with `icr import cin`"):
        check(FIXTURES / "cin/census.xml", NEMS)

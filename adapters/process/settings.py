"""What can be set from outside: `ICR_` variables, a TOML file, and defaults that run everything on one machine.

Thresholds of rules are no settings: they are events in the log, so that an old answer can be given again.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args
from urllib.parse import urlsplit

from platformdirs import user_data_path

from adapters.process import setting_values as value
from adapters.process.addresses import check_public_url
from adapters.process.quotas import MEBIBYTE, Ages, Quota
from domain.errors import Misuse
from domain.identifiers import FILLER_WORDS, REPEATED, Fillers, fillers_of

if TYPE_CHECKING:
    from adapters.process.issuers import Issuer

PREFIX: Final = "ICR_"
CONFIG_VARIABLE: Final = "ICR_CONFIG"
CONFIG_FILE: Final = "icr.toml"

# Which organisations may publish on a sector's topic (fnmatch patterns of organisation codes).
TOPIC_ORGANISATIONS: Final[dict[str, list[str]]] = {
    "education": ["urn-*", "la-*"],
    "health": ["ods-*"],
    "social_care": ["la-*", "org-*"],
    "housing": ["la-*", "org-*"],
    "early_years": ["urn-*", "la-*", "org-*"],
    "police": ["org-*"],
    "youth_justice": ["la-*", "org-*"],
    "voluntary": ["org-*"],
    "adult_services": ["la-*", "ods-*", "org-*"],
    # Named neutrally: services that must not be named publish here, among others.
    "community": ["ods-*", "la-*", "org-*"],
    # Area maps, school terms, organisations, agreements, expected feeds, thresholds: the authority's alone.
    "reference": ["la-*"],
}

# Variables with our prefix that are not settings: where the file is, and what the tests and ./dev use.
_OTHER_VARIABLES: Final = (CONFIG_VARIABLE, "ICR_PYTHON")
_TEST_PREFIX: Final = "ICR_TEST_"

_BY_SECTOR: Final = value.lists_of(list(TOPIC_ORGANISATIONS), "sectors")


def _organisations(given: object) -> dict[str, list[str]]:
    """Whoever sets one sector means to change that one, not to forbid the others."""
    return {**TOPIC_ORGANISATIONS, **_BY_SECTOR(given)}


# What is in the data folder under these names, where it is not set.
_IN_DATA_DIR: Final = {
    "kek_file": "keys",
    "signing_key_file": "signing-key",
    "checkpoints": "checkpoints",
    "erased_file": "erased",
}


def _issuers(given: object) -> list["Issuer"]:
    """Read by a library's model, which is loaded only where somebody is named who vouches for people."""
    from adapters.process.issuers import read_issuers

    return read_issuers(given)


# What is no text and no number is JSON in a variable.
_IN_JSON: Final = (_organisations, _issuers, value.schema_ids, value.texts)


Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is told of a setting: what it is for, how its value is read, and which words it may be where it is one of some."""

    says: str
    read: value.Reader
    choices: tuple[str, ...] = ()


def _choice(says: str, words: object) -> Setting:
    choices: tuple[str, ...] = get_args(words)
    return Setting(says, value.one_of(*choices), choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of all commands, as they were read and checked by `load_settings`; `given`: those that were set.

    One that is made otherwise is not checked.
    """

    # fmt: off
    data_dir: Annotated[Path, Setting(
        "Folder of keys, embedded servers and icr.toml", value.path)] = field(default_factory=lambda: user_data_path("icr"))
    database_url: Annotated[str | None, Setting(
        "PostgreSQL connection string; embedded in the data folder when not set", value.text)] = field(default=None, repr=False)
    kafka_bootstrap_servers: Annotated[str | None, Setting(
        "host:port, comma-separated; an embedded broker, in memory, when not set", value.text)] = None
    kafka_group: Annotated[str, Setting("Consumer group", value.text)] = "icr"
    publishers_file: Annotated[Path | None, Setting(
        "Who publishes on topics of its own, as docs/for-operators.md says (TOML); read again when it is changed", value.path)] = None
    publisher: Annotated[str | None, Setting("Which publisher `icr publish` is: its topics are written to", value.publisher)] = None
    shared_topics: Annotated[bool, Setting(
        "Read and make the topics of whole sectors, for gateways that are trusted to say whose events they are; the embedded broker's always",
        value.flag)] = False
    kafka_security_protocol: Annotated[Protocol, _choice(
        "How Kafka is spoken to; PLAINTEXT is for one machine, or a closed network", Protocol)] = "PLAINTEXT"
    kafka_ca_file: Annotated[Path | None, Setting("Certificates that vouch for Kafka's (PEM); the system's own when not set", value.path)] = None
    kafka_certificate_file: Annotated[Path | None, Setting("Our certificate, where Kafka asks for one (PEM)", value.path)] = None
    kafka_key_file: Annotated[Path | None, Setting("The key of our certificate (PEM, mode 0600)", value.path)] = None
    kafka_key_password_file: Annotated[Path | None, Setting("File with the password of that key, where it has one (mode 0600)", value.path)] = None
    kafka_sasl_mechanism: Annotated[Mechanism | None, _choice("How we log in to Kafka, where the security protocol names SASL", Mechanism)] = None
    kafka_username: Annotated[str | None, Setting("Our user name at Kafka", value.text)] = None
    kafka_password_file: Annotated[Path | None, Setting("File with our password at Kafka (mode 0600)", value.path)] = None
    kafka_token_file: Annotated[Path | None, Setting(
        "File with our token for OAUTHBEARER, renewed by another program (mode 0600)", value.path)] = None
    # In the data folder, where it is not set: `_IN_DATA_DIR`.
    kek_file: Annotated[Path, Setting("Where the key-encryption key is kept", value.path)] = Path()
    signing_key_file: Annotated[Path, Setting(
        "Where the key is kept that signs the access log's checkpoints (mode 0600)", value.path)] = Path()
    checkpoints: Annotated[Path, Setting(
        "Second place of the access log's checkpoints: a folder that others see, best on another's machine", value.path)] = Path()
    erased_file: Annotated[Path, Setting(
        "List of what was erased, by random ids; kept apart from the database and its backups, and read after a restore", value.path)] = Path()
    retention_file: Annotated[Path | None, Setting(
        "How long each class of record is kept, as docs/for-operators.md says (TOML); without it nothing is due", value.path)] = None
    checkpoint_limit_hours: Annotated[float, Setting(
        "Nothing is answered about people once an entry of the access log has waited so long for a published checkpoint",
        value.number(0.25, 168))] = 4
    http_host: Annotated[str, Setting("Address the API listens on", value.text)] = "127.0.0.1"
    http_port: Annotated[int, Setting("Port of the API; 0 takes a free one", value.whole(0, 65_535))] = 8008
    http_hosts: Annotated[list[str], Setting(
        "Names, comma-separated, by which the API may be called besides its own address and this machine's",
        value.hosts)] = field(default_factory=list)
    http_connections: Annotated[int, Setting(
        "Connections to the API at once; of more, the one that has let us wait longest is closed", value.whole(8, 60_000))] = 512
    http_idle_seconds: Annotated[float, Setting("How long a connection may say nothing between two requests", value.number(0, 3600, above=True))] = 30
    http_head_seconds: Annotated[float, Setting(
        "How long the head of a request may take to come, from its first byte", value.number(0, 600, above=True))] = 10
    http_body_seconds: Annotated[float, Setting(
        "How long a body may take, besides the time at ICR_HTTP_BODY_RATE", value.number(0, 600, above=True))] = 10
    http_body_rate: Annotated[int, Setting("Least bytes a second at which bodies come and answers are taken", value.whole(1, 10**9))] = 8_000
    http_bodies: Annotated[int, Setting("Bytes of bodies in memory, of all requests together, at most", value.whole(8 * 2**20))] = 128 * 2**20
    http_publishing: Annotated[int, Setting("Requests with events recorded side by side, at most", value.whole(1, 100))] = 2
    http_publishing_queue: Annotated[int, Setting(
        "Requests with events that may wait for that; more are refused (503)", value.whole(0, 10_000))] = 256
    http_reading_queue: Annotated[int, Setting("Reads that may wait for a connection; more are refused (503)", value.whole(0, 10_000))] = 128
    http_rate: Annotated[float, Setting(
        "Requests a second of one client address (IPv6: its /64), at most; ten times that of this machine", value.number(0, 10**6, above=True))] = 100
    http_burst: Annotated[int, Setting("Requests that an address may make at once after a while of few", value.whole(1, 10**6))] = 1000
    http_without_sign_in: Annotated[bool, Setting(
        "Listen beyond this machine although nobody can sign in; only where something else keeps everybody away", value.flag)] = False
    public_url: Annotated[str | None, Setting(
        "Address at which people reach the pages, for example https://icr.example; this machine's when not set", check_public_url)] = None
    issuers: Annotated[list["Issuer"], Setting(
        "Who vouches for the people who sign in: a list of tables, as docs/for-operators.md says", _issuers)] = field(default_factory=list)
    clients_file: Annotated[Path | None, Setting(
        "The systems that sign in to the API, as docs/for-operators.md says (TOML); read again when it is changed", value.path)] = None
    client_id: Annotated[str | None, Setting("As which system we sign in to an API, to publish over HTTP", value.text)] = None
    client_key_file: Annotated[Path | None, Setting(
        "File with the private key by which we sign in to it (JWK, mode 0600); icr client new makes one", value.path)] = None
    client_rate: Annotated[float, Setting("Requests a second of one system that has signed in, at most", value.number(0, 10**6, above=True))] = 50
    client_burst: Annotated[int, Setting("Requests that a system may make at once after a while of few", value.whole(1, 10**6))] = 500
    session_idle_minutes: Annotated[int, Setting(
        "Minutes without a request after which a person must sign in again", value.whole(1, 120))] = 20
    session_hours: Annotated[int, Setting("Hours after which a person must sign in again", value.whole(1, 24))] = 10
    person_rate: Annotated[float, Setting("Pages a second of one person who has signed in, at most", value.number(0, 1000, above=True))] = 2
    person_burst: Annotated[int, Setting("Pages that a person may open at once after a while of few", value.whole(1, 10**5))] = 60
    claims_a_day: Annotated[int, Setting("Children of others whom one person may open in a day by saying why", value.whole(0, 1000))] = 10
    review_share: Annotated[int, Setting(
        "Of a week's claims and looks for somebody else how many in a hundred are drawn for review", value.whole(1, 100))] = 50
    review_others: Annotated[int, Setting(
        "Of a week's other looks at children how many of each organisation are drawn for review", value.whole(0, 1000))] = 10
    show_every_number: Annotated[bool, Setting(
        "Show everybody under which schemes a child is known, as where one number is for all; else each agency its own", value.flag)] = False
    index_team_telephone: Annotated[str | None, Setting("Number of the index team, which a refusal names", value.text)] = None
    index_team: Annotated[str | None, Setting(
        "Team whose published duty line is the index team's number, as la-808:INDEX; else ICR_INDEX_TEAM_TELEPHONE", value.text)] = None
    index_team_reply: Annotated[str, Setting("When the index team replies, as a refusal says it", value.text)] = "within one working day"
    index_team_reply_days: Annotated[int, Setting(
        "Working days by which the index team promises to answer a request for contact", value.whole(0, 30))] = 1
    demo_day: Annotated[date | None, Setting("The day that the pages of a demonstration are about; refused elsewhere", value.day)] = None
    read_connections: Annotated[int, Setting("Connections to the database that reads over HTTP share, at most", value.whole(1, 1000))] = 8
    batch_size: Annotated[int, Setting("Events recorded in one transaction, at most", value.whole(1, 100_000))] = 2000
    edition_size: Annotated[int, Setting(
        "Events taken into one edition, at most; five times as many while more than these wait", value.whole(1, 100_000))] = 10_000
    snapshot_loss_share: Annotated[float, Setting(
        "A snapshot waits for a person when it has lost more than this share of its rows", value.number(0, 1))] = 0.2
    future_tolerance_seconds: Annotated[int, Setting(
        "An event recorded more than this ahead of our clock is kept until its time has come", value.whole(0, 86_400))] = 300
    clock_tolerance_seconds: Annotated[int, Setting(
        "Nothing is recorded while this host's clock is further behind the newest event, or from the database's clock; 0 asks nothing",
        value.whole(0, 86_400))] = 60
    quarantine_rows: Annotated[int, Setting("Messages of one organisation whose content the quarantine holds, at most", value.whole(0))] = 100_000
    quarantine_megabytes: Annotated[int, Setting(
        "... and how much of it, in MiB; beyond, only reason, length and digest are stored", value.whole(0))] = 1024
    quarantine_total_megabytes: Annotated[int, Setting(
        "... and of all organisations together, whatever they call themselves", value.whole(0))] = 20_480
    quarantine_settled_days: Annotated[int, Setting("Days after which what was settled, and a conflict, is cleared; 0: never", value.whole(0))] = 90
    quarantine_waiting_days: Annotated[int, Setting(
        "Days after which what still waits is cleared, once its agency was told over Kafka; 0: never", value.whole(0))] = 400
    feedback_days: Annotated[int, Setting("Days for which feedback can be read; 0: for ever", value.whole(0))] = 400
    pause_unreadable_share: Annotated[float, Setting(
        "A partition pauses when more than this share of a batch is unreadable", value.number(0, 1, above=True))] = 0.5
    pause_unreadable_minimum: Annotated[int, Setting("... and at least this many of its messages are", value.whole(1))] = 100
    topic_organisations: Annotated[dict[str, list[str]], Setting(
        "Patterns of the organisation codes that may publish in a sector; given, they also narrow types with publishers of their own",
        _organisations)] = field(default_factory=lambda: dict(TOPIC_ORGANISATIONS))
    filler_identifiers: Annotated[list[str], Setting(
        "What agencies' systems write where they have no id of a child; given, it replaces the list there is",
        value.texts)] = field(default_factory=lambda: list(FILLER_WORDS))
    more_filler_identifiers: Annotated[list[str], Setting("... and what is added to that list", value.texts)] = field(default_factory=list)
    filler_repeated: Annotated[int, Setting(
        "An agency's id of one character, so many times or more, is a filler too; 0: none is", value.whole(0, 60))] = REPEATED
    confluent_schema_ids: Annotated[dict[int, str], Setting(
        "Schema ids of Confluent framing, each with the fingerprint or file of its schema (`icr schemas list`)",
        value.schema_ids)] = field(default_factory=dict)
    log_level: Annotated[Level, _choice("Least level logged", Level)] = "info"
    # fmt: on
    given: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def __post_init__(self) -> None:
        for setting, name in _IN_DATA_DIR.items():
            if getattr(self, setting) == Path():
                object.__setattr__(self, setting, self.data_dir / name)

    @property
    def people_sign_in(self) -> bool:
        """Whether people sign in here by an issuer that vouches for them, and not to try it out."""
        return any(not issuer.demo for issuer in self.issuers)

    @property
    def host_names(self) -> list[str]:
        """Names by which the service may be called besides its own address and this machine's."""
        public = urlsplit(self.public_url or "").hostname
        return [*self.http_hosts, *([public] if public else [])]

    @property
    def quota(self) -> Quota:
        """What one organisation, and all together, may have in the quarantine."""
        return Quota(
            self.quarantine_rows, self.quarantine_megabytes * MEBIBYTE, self.quarantine_total_megabytes * MEBIBYTE
        )

    @property
    def ages(self) -> Ages:
        """After how many days what is cleared."""
        return Ages(self.quarantine_settled_days, self.quarantine_waiting_days, self.feedback_days)

    @property
    def fillers(self) -> Fillers:
        """What is no id of a child in any agency's scheme."""
        return fillers_of([*self.filler_identifiers, *self.more_filler_identifiers], self.filler_repeated)


SETTINGS: Final[Mapping[str, Setting]] = {
    name: hint.__metadata__[0] for name, hint in Settings.__annotations__.items() if hasattr(hint, "__metadata__")
}


def load_settings(data: Path | None = None) -> Settings:
    """The settings in force, with `data` (an option of the command line) above all else as the data folder.

    The file is the one that ICR_CONFIG names, else icr.toml in the data folder, which need not be there.
    Raises Misuse, naming field and file but never a value, which may be a password.
    """
    variables = _variables()
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        file = Path(named).expanduser()
        written = _read(file, required=True)
    else:
        folder = data or Path(variables.get("data_dir") or user_data_path("icr"))
        file = folder.expanduser() / CONFIG_FILE
        written = _read(file, required=False)
        if "data_dir" in written:
            raise Misuse(f"data_dir cannot be set in {file}, which was found by the data folder")
    given: dict[str, tuple[str, object]] = {name: (str(file), one) for name, one in written.items()}
    given |= {name: _of_variable(name, text, written.get(name)) for name, text in variables.items()}
    if data is not None:
        given["data_dir"] = "--data", str(data)
    settings = Settings(**_checked(given), given=frozenset(given))
    _check_together(settings)
    return settings


def _variables() -> dict[str, str]:
    """What variables say of settings, by their names; an empty one is one that is not set.

    A mistyped variable must not silently start an embedded server in place of the real one, so it raises Misuse.
    """
    ours = {name.upper(): text for name, text in os.environ.items() if name.upper().startswith(PREFIX)}
    known = {PREFIX + name.upper(): name for name in SETTINGS}
    unknown = sorted(ours.keys() - known.keys() - set(_OTHER_VARIABLES))
    if unknown := [name for name in unknown if not name.startswith(_TEST_PREFIX)]:
        raise Misuse(f"no such setting: {', '.join(unknown)}")
    return {known[name]: text for name, text in ours.items() if text and name in known}


def _of_variable(name: str, text: str, below: object) -> tuple[str, object]:
    """A variable and what it says; a table is laid over that of the file, which is `below`. Raises Misuse."""
    variable, read = PREFIX + name.upper(), SETTINGS[name].read
    if read not in _IN_JSON:
        return variable, text
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Misuse(f"{variable}: not valid JSON") from None
    return variable, {**below, **said} if isinstance(said, dict) and isinstance(below, dict) else said


def _checked(given: Mapping[str, tuple[str, object]]) -> dict[str, Any]:
    """The values as they are read. Raises Misuse with all that is wrong, each with where it stands."""
    found, faults = {}, []
    for name, (where, said) in given.items():
        try:
            if name not in SETTINGS:
                raise ValueError("there is no such setting")
            found[name] = SETTINGS[name].read(said)
        except ValueError as error:
            faults.append(f"{where}: {name}: {error}")
    if faults:
        raise Misuse("; ".join(faults))
    return found


def _check_together(settings: Settings) -> None:
    """What is sensible each for itself may not be together; raises Misuse."""
    if settings.http_burst < settings.http_rate:
        raise Misuse("http_burst: it is at least http_rate, else the rate is never reached")
    if settings.http_connections <= settings.http_publishing + settings.http_publishing_queue:
        raise Misuse("http_connections: it is more than http_publishing and http_publishing_queue together")
    if settings.person_burst < settings.person_rate:
        raise Misuse("person_burst: it is at least person_rate, else the rate is never reached")
    if settings.client_burst < settings.client_rate:
        raise Misuse("client_burst: it is at least client_rate, else the rate is never reached")
    if settings.clients_file is not None and settings.public_url is None:
        raise Misuse("public_url: systems sign in to it, so it must be set beside clients_file")
    if settings.demo_day is not None and not any(issuer.demo for issuer in settings.issuers):
        raise Misuse("demo_day: pages are about today, but in a demonstration")
    if settings.issuers:
        from adapters.process.issuers import check_issuers

        try:
            check_issuers(settings.issuers, settings.public_url)
        except ValueError as error:
            raise Misuse(str(error)) from None


def _read(file: Path, *, required: bool) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        if required:
            raise Misuse(f"{CONFIG_VARIABLE} names a file that is not there: {file}") from None
        return {}
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Misuse(f"{file} is not valid TOML") from None

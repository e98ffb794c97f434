"""What can be set from outside: `ICR_` variables, a TOML file, and defaults that run everything on one machine.

Thresholds of rules are no settings: they are events in the log, so that an old answer can be given again.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from adapters.process.quotas import MEBIBYTE, Ages, Quota
from domain.errors import Misuse
from domain.identifiers import FILLER_WORDS, REPEATED, Fillers, fillers_of

PREFIX = "ICR_"
CONFIG_VARIABLE = "ICR_CONFIG"
CONFIG_FILE = "icr.toml"

# Which organisations may publish on a sector's topic (fnmatch patterns of organisation codes).
TOPIC_ORGANISATIONS: dict[str, list[str]] = {
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
_OTHER_VARIABLES = (CONFIG_VARIABLE, "ICR_PYTHON")
_TEST_PREFIX = "ICR_TEST_"

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")

AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """All settings of all commands; `load_settings` makes one. A variable stands above the file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    data_dir: AbsolutePath = Field(
        default_factory=lambda: user_data_path("icr"), description="Folder of keys, embedded servers and icr.toml"
    )
    # Not in repr: it may hold a password.
    database_url: str | None = Field(
        default=None, repr=False, description="PostgreSQL connection string; embedded in the data folder when not set"
    )
    kafka_bootstrap_servers: str | None = Field(
        default=None, description="host:port, comma-separated; an embedded broker, in memory, when not set"
    )
    kafka_group: str = Field(default="icr", min_length=1, description="Consumer group")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="How Kafka is spoken to; PLAINTEXT is for one machine, or a closed network"
    )
    kafka_ca_file: AbsolutePath | None = Field(
        default=None, description="Certificates that vouch for Kafka's (PEM); the system's own when not set"
    )
    kafka_certificate_file: AbsolutePath | None = Field(
        default=None, description="Our certificate, where Kafka asks for one (PEM)"
    )
    kafka_key_file: AbsolutePath | None = Field(default=None, description="The key of our certificate (PEM, mode 0600)")
    kafka_key_password_file: AbsolutePath | None = Field(
        default=None, description="File with the password of that key, where it has one (mode 0600)"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = Field(
        default=None, description="How we log in to Kafka, where the security protocol names SASL"
    )
    kafka_username: str | None = Field(default=None, min_length=1, description="Our user name at Kafka")
    kafka_password_file: AbsolutePath | None = Field(
        default=None, description="File with our password at Kafka (mode 0600)"
    )
    kafka_token_file: AbsolutePath | None = Field(
        default=None, description="File with our token for OAUTHBEARER, renewed by another program (mode 0600)"
    )
    kek_file: AbsolutePath = Field(
        default_factory=lambda known: known.get("data_dir", Path()) / "keys",
        description="Where the key-encryption key is kept",
    )
    http_host: str = Field(default="127.0.0.1", min_length=1, description="Address the API listens on")
    http_port: int = Field(default=8008, ge=0, le=65535, description="Port of the API; 0 takes a free one")
    http_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Names, comma-separated, by which the API may be called besides its own address and this machine's",
    )
    http_connections: int = Field(
        default=512,
        ge=8,
        le=60_000,
        description="Connections to the API at once; of more, the one that has let us wait longest is closed",
    )
    http_idle_seconds: float = Field(
        default=30, gt=0, le=3600, description="How long a connection may say nothing between two requests"
    )
    http_head_seconds: float = Field(
        default=10, gt=0, le=600, description="How long the head of a request may take to come, from its first byte"
    )
    http_body_seconds: float = Field(
        default=10, gt=0, le=600, description="How long a body may take, besides the time at ICR_HTTP_BODY_RATE"
    )
    http_body_rate: int = Field(
        default=8_000, ge=1, le=10**9, description="Least bytes a second at which bodies come and answers are taken"
    )
    http_bodies: int = Field(
        default=128 * 2**20, ge=8 * 2**20, description="Bytes of bodies in memory, of all requests together, at most"
    )
    http_publishing: int = Field(
        default=2, ge=1, le=100, description="Requests with events recorded side by side, at most"
    )
    http_publishing_queue: int = Field(
        default=256, ge=0, le=10_000, description="Requests with events that may wait for that; more are refused (503)"
    )
    http_reading_queue: int = Field(
        default=128, ge=0, le=10_000, description="Reads that may wait for a connection; more are refused (503)"
    )
    http_rate: float = Field(
        default=100,
        gt=0,
        le=10**6,
        description="Requests a second of one client address (IPv6: its /64), at most; ten times that of this machine",
    )
    http_burst: int = Field(
        default=1000, ge=1, le=10**6, description="Requests that an address may make at once after a while of few"
    )
    read_connections: int = Field(
        default=8, ge=1, le=1000, description="Connections to the database that reads over HTTP share, at most"
    )
    batch_size: int = Field(default=2000, ge=1, le=100_000, description="Events recorded in one transaction, at most")
    edition_size: int = Field(
        default=10_000,
        ge=1,
        le=100_000,
        description="Events taken into one edition, at most; five times as many while more than these wait",
    )
    snapshot_loss_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="A snapshot waits for a person when it has lost more than this share of its rows",
    )
    future_tolerance_seconds: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="An event recorded more than this ahead of our clock is kept until its time has come",
    )
    clock_tolerance_seconds: int = Field(
        default=60,
        ge=0,
        le=86_400,
        description="Nothing is recorded while this host's clock is further behind the newest event, or from the database's clock; 0 asks nothing",
    )
    quarantine_rows: int = Field(
        default=100_000, ge=0, description="Messages of one organisation whose content the quarantine holds, at most"
    )
    quarantine_megabytes: int = Field(
        default=1024,
        ge=0,
        description="... and how much of it, in MiB; beyond, only reason, length and digest are stored",
    )
    quarantine_total_megabytes: int = Field(
        default=20_480, ge=0, description="... and of all organisations together, whatever they call themselves"
    )
    quarantine_settled_days: int = Field(
        default=90, ge=0, description="Days after which what was settled, and a conflict, is cleared; 0: never"
    )
    quarantine_waiting_days: int = Field(
        default=400,
        ge=0,
        description="Days after which what still waits is cleared, once its agency was told over Kafka; 0: never",
    )
    feedback_days: int = Field(default=400, ge=0, description="Days for which feedback can be read; 0: for ever")
    pause_unreadable_share: float = Field(
        default=0.5, gt=0, le=1, description="A partition pauses when more than this share of a batch is unreadable"
    )
    pause_unreadable_minimum: int = Field(
        default=100, ge=1, description="... and at least this many of its messages are"
    )
    topic_organisations: dict[str, list[str]] = Field(
        default_factory=lambda: dict(TOPIC_ORGANISATIONS),
        description="Patterns of the organisation codes that may publish on a sector's topic",
    )
    filler_identifiers: list[str] = Field(
        default_factory=lambda: list(FILLER_WORDS),
        description="What agencies' systems write where they have no id of a child; given, it replaces the list there is",
    )
    more_filler_identifiers: list[str] = Field(default_factory=list, description="... and what is added to that list")
    filler_repeated: int = Field(
        default=REPEATED,
        ge=0,
        le=60,
        description="An agency's id of one character, so many times or more, is a filler too; 0: none is",
    )
    confluent_schema_ids: dict[int, str] = Field(
        default_factory=dict,
        description="Schema ids of Confluent framing, each with the fingerprint or file of its schema (`icr schemas list`)",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged")

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

    @field_validator("topic_organisations", mode="after")
    @classmethod
    def _keep_other_sectors(cls, given: dict[str, list[str]]) -> dict[str, list[str]]:
        """Whoever sets one sector means to change that one, not to forbid the others."""
        if not given.keys() <= TOPIC_ORGANISATIONS.keys():
            raise ValueError(f"sectors are {', '.join(TOPIC_ORGANISATIONS)}")
        return {**TOPIC_ORGANISATIONS, **given}

    @field_validator("http_hosts", mode="before")
    @classmethod
    def _read_hosts(cls, given: object) -> object:
        return [host.strip() for host in given.split(",") if host.strip()] if isinstance(given, str) else given

    @field_validator("http_hosts", mode="after")
    @classmethod
    def _check_hosts(cls, given: list[str]) -> list[str]:
        if not all(_HOST.fullmatch(host) for host in given):
            raise ValueError("a host is a name or an address: no scheme, port, path or pattern")
        return [host.strip("[]").lower() for host in given]

    @model_validator(mode="after")
    def _check_http(self) -> "Settings":
        """What is sensible each for itself may not be together."""
        if self.http_burst < self.http_rate:
            raise ValueError("http_burst: it is at least http_rate, else the rate is never reached")
        if self.http_connections <= self.http_publishing + self.http_publishing_queue:
            raise ValueError("http_connections: it is more than http_publishing and http_publishing_queue together")
        return self

    @field_validator("confluent_schema_ids", mode="before")
    @classmethod
    def _check_ids(cls, given: object) -> object:
        """Here and not by the type, whose error would name the key, which is the value that is wrong."""
        if isinstance(given, dict) and not all(re.fullmatch(r"\d{1,10}", str(key), re.ASCII) for key in given):
            raise ValueError("a schema id is a whole number")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables stand above what `load_settings` read from the file; nothing else is looked at."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(data: Path | None = None) -> Settings:
    """The settings in force, with `data` (an option of the command line) above all else as the data folder.

    The file is the one that ICR_CONFIG names, else icr.toml in the data folder, which need not be there.
    Raises Misuse, naming field and file but never a value, which may be a password.
    """
    _refuse_unknown_variables()
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        file = Path(named).expanduser()
        given = _read(file, required=True)
    else:
        folder = data or Path(os.environ.get(f"{PREFIX}DATA_DIR") or user_data_path("icr"))
        file = folder.expanduser() / CONFIG_FILE
        given = _read(file, required=False)
        if "data_dir" in given:
            raise Misuse(f"data_dir cannot be set in {file}, which was found by the data folder")
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise Misuse(_explain(error, set(given), file)) from None
    except SettingsError as error:
        raise Misuse(_unreadable(error)) from None
    if data is None:
        return settings
    placed = {"data_dir": data.expanduser().absolute()}
    if "kek_file" not in settings.model_fields_set:
        placed["kek_file"] = placed["data_dir"] / "keys"
    return settings.model_copy(update=placed)


def _refuse_unknown_variables() -> None:
    """A mistyped variable must not silently start an embedded server in place of the real one."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | set(_OTHER_VARIABLES)
    unknown = [
        name
        for name in os.environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(_TEST_PREFIX)
    ]
    if unknown:
        raise Misuse(f"no such setting: {', '.join(sorted(unknown))}")


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


def _explain(error: ValidationError, in_file: set[str], file: Path) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        field = ".".join(str(part) for part in problem["loc"])
        top = str(problem["loc"][0]) if problem["loc"] else ""
        variable = PREFIX + top.upper()
        where = variable if os.environ.get(variable) else str(file) if top in in_file else "settings"
        lines.append(": ".join(part for part in (where, field, problem["msg"]) if part))
    return "; ".join(lines)


def _unreadable(error: SettingsError) -> str:
    """The field out of the library's message for a variable that is no JSON; the rest of it may quote the value."""
    names = [name for name in Settings.model_fields if f'"{name}"' in str(error)]
    return f"{PREFIX}{names[0].upper()}: not valid JSON" if names else "a variable is not valid JSON"

"""Settings: variables above file above defaults, and errors that name the field and never the value."""

import os
from pathlib import Path

import pytest

from adapters.process.settings import SETTINGS, TOPIC_ORGANISATIONS, Settings, load_settings
from domain.errors import Misuse


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ICR_")]:
        monkeypatch.delenv(name)


def config(folder: Path, text: str) -> Path:
    file = folder / "icr.toml"
    file.write_text(text)
    return file


def test_without_any_setting_everything_runs_embedded_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.database_url is None
    assert settings.kafka_bootstrap_servers is None
    assert settings.data_dir == tmp_path
    assert settings.kek_file == tmp_path / "keys"
    assert settings.topic_organisations == TOPIC_ORGANISATIONS


def test_the_file_in_the_data_folder_is_read(tmp_path: Path) -> None:
    config(tmp_path, 'kafka_group = "north"\nbatch_size = 500\n')
    settings = load_settings(tmp_path)
    assert (settings.kafka_group, settings.batch_size) == ("north", 500)


def test_a_variable_stands_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, 'kafka_group = "north"')
    monkeypatch.setenv("ICR_KAFKA_GROUP", "south")
    assert load_settings(tmp_path).kafka_group == "south"


def test_the_data_option_stands_above_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path / "elsewhere"))
    assert load_settings().data_dir == tmp_path / "elsewhere"
    assert load_settings(tmp_path).data_dir == tmp_path
    assert load_settings(tmp_path).kek_file == tmp_path / "keys"


def test_keys_stay_where_they_were_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_KEK_FILE", str(tmp_path / "safe"))
    assert load_settings(tmp_path / "data").kek_file == tmp_path / "safe"


def test_a_file_elsewhere_is_named_by_a_variable_and_may_say_where_the_data_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICR_CONFIG", str(config(tmp_path, f'data_dir = "{tmp_path}/data"')))
    assert load_settings().data_dir == tmp_path / "data"


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_DATABASE_URL", "")
    assert load_settings(tmp_path).database_url is None


def test_setting_one_sector_leaves_the_others(tmp_path: Path) -> None:
    config(tmp_path, '[topic_organisations]\nhousing = ["org-*"]')
    organisations = load_settings(tmp_path).topic_organisations
    assert organisations["housing"] == ["org-*"]
    assert organisations["health"] == ["ods-*"]


def test_schema_ids_are_a_table_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, '[confluent_schema_ids]\n41 = "56c223974c7710b1"')
    assert load_settings(tmp_path).confluent_schema_ids == {41: "56c223974c7710b1"}
    monkeypatch.setenv(
        "ICR_CONFLUENT_SCHEMA_IDS", '{"7": "d2b305c1f0ebc0b3", "41": "education/pupil_admitted.v2.avsc"}'
    )
    both = {7: "d2b305c1f0ebc0b3", 41: "education/pupil_admitted.v2.avsc"}
    assert load_settings(tmp_path).confluent_schema_ids == both


def test_the_data_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(Path("data")).data_dir == tmp_path / "data"


def test_settings_show_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_DATABASE_URL", "postgresql://icr:sesame@db/icr")
    assert "sesame" not in repr(load_settings(tmp_path))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ICR_HTTP_PORT", "sesame"),
        ("ICR_HTTP_PORT", "70000"),
        ("ICR_BATCH_SIZE", "-77"),
        ("ICR_PAUSE_UNREADABLE_SHARE", "1.5"),
        ("ICR_TOPIC_ORGANISATIONS", "sesame"),
        ("ICR_TOPIC_ORGANISATIONS", '{"housing": "sesame"}'),
        ("ICR_TOPIC_ORGANISATIONS", '{"sesame": []}'),
        ("ICR_LOG_LEVEL", "sesame"),
        ("ICR_READ_CONNECTIONS", "-77"),
        ("ICR_CONFLUENT_SCHEMA_IDS", "sesame"),
        ("ICR_CONFLUENT_SCHEMA_IDS", '{"sesame": "56c223974c7710b1"}'),
        ("ICR_CONFLUENT_SCHEMA_IDS", '{"7": ["sesame"]}'),
    ],
)
def test_a_bad_variable_is_named_and_its_value_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misuse) as raised:
        load_settings(tmp_path)
    assert variable in str(raised.value)
    assert value not in str(raised.value)
    assert (
        raised.value.__context__ is None or raised.value.__suppress_context__
    )  # a library's exception quotes the value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http_port = 'sesame'", "http_port: it is a whole number from 0 to 65535"),
        ("http_port = true", "http_port"),
        ("http_port = 80.5", "http_port"),
        ("http_port = []", "http_port"),
        ("http_rate = 'nan'", "http_rate: it is a number above 0 and at most 1000000"),
        ("http_idle_seconds = inf", "http_idle_seconds"),
        ("kafka_group = 7", "kafka_group: it is a text"),
        ("kafka_group = ''", "kafka_group"),
        ("kafka_ca_file = ['/sesame']", "kafka_ca_file"),
        ("kafka_security_protocol = 'sesame'", "it is one of PLAINTEXT, SSL"),
        ("filler_identifiers = 'sesame'", "it is a list of texts"),
        ("topic_organisations = ['sesame']", "it is a table of lists"),
        ("[confluent_schema_ids]\n41 = 7", "confluent_schema_ids"),
        ("no_such_setting = 'sesame'", "no_such_setting"),
        ("this is no TOML", "not valid TOML"),
        ("data_dir = '/sesame'", "data_dir"),
    ],
)
def test_a_bad_file_is_named_with_the_field(tmp_path: Path, text: str, said: str) -> None:
    file = config(tmp_path, text)
    with pytest.raises(Misuse) as raised:
        load_settings(tmp_path)
    assert said in str(raised.value)
    assert str(file) in str(raised.value)
    assert "sesame" not in str(raised.value).replace(str(file), "")


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, "http_port = -1")
    monkeypatch.setenv("ICR_BATCH_SIZE", "many")
    with pytest.raises(Misuse, match=r"icr\.toml: http_port: .*; ICR_BATCH_SIZE: batch_size: "):
        load_settings(tmp_path)


def test_a_number_may_be_written_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, 'http_port = "8080"\nhttp_rate = 7')
    monkeypatch.setenv("ICR_SNAPSHOT_LOSS_SHARE", "0.5")
    settings = load_settings(tmp_path)
    assert (settings.http_port, settings.http_rate, settings.snapshot_loss_share) == (8080, 7.0, 0.5)


def test_a_list_is_json_in_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_MORE_FILLER_IDENTIFIERS", '["nobody"]')
    assert load_settings(tmp_path).more_filler_identifiers == ["nobody"]


def test_a_table_of_a_variable_is_laid_over_that_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, '[topic_organisations]\nhousing = ["org-*"]\npolice = ["org-1*"]')
    monkeypatch.setenv("ICR_TOPIC_ORGANISATIONS", '{"police": ["org-2*"]}')
    organisations = load_settings(tmp_path).topic_organisations
    assert (organisations["housing"], organisations["police"]) == (["org-*"], ["org-2*"])


def test_a_variable_in_small_letters_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("icr_kafka_group", "south")
    assert load_settings(tmp_path).kafka_group == "south"


def test_a_mistyped_variable_is_refused_before_an_embedded_server_takes_the_place_of_the_real_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICR_KAFKA_BOOTSTRAP", "kafka:9092")
    with pytest.raises(Misuse, match="ICR_KAFKA_BOOTSTRAP"):
        load_settings(tmp_path)


def test_a_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(Misuse, match="not there"):
        load_settings(tmp_path)


def test_a_folder_in_the_place_of_the_file_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "icr.toml").mkdir()
    with pytest.raises(Misuse, match="cannot be read"):
        load_settings(tmp_path)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, setting in SETTINGS.items() if not setting.says] == []
    assert {"given", *SETTINGS} == set(Settings.__dataclass_fields__)


def test_hosts_are_separated_by_commas_in_a_variable_and_a_list_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(tmp_path, 'http_hosts = ["icr.example", "[2001:db8::1]"]')
    assert load_settings(tmp_path).http_hosts == ["icr.example", "2001:db8::1"]
    monkeypatch.setenv("ICR_HTTP_HOSTS", " ICR.example ,192.0.2.1,")
    assert load_settings(tmp_path).http_hosts == ["icr.example", "192.0.2.1"]


@pytest.mark.parametrize("hosts", ["http://icr.example", "icr.example:8008", "*", "*.example", "icr.example/x", "a b"])
def test_what_is_no_host_is_refused_without_being_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hosts: str
) -> None:
    monkeypatch.setenv("ICR_HTTP_HOSTS", hosts)
    with pytest.raises(Misuse, match=r"ICR_HTTP_HOSTS: http_hosts: .*a name or an address") as raised:
        load_settings(tmp_path)
    assert hosts not in str(raised.value).replace("http_hosts", "") or len(hosts) == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http_rate = 50\nhttp_burst = 10", "http_burst: it is at least http_rate"),
        ("http_connections = 200", "http_connections: it is more than"),
        ("http_publishing_queue = 600", "http_connections: it is more than"),
        ("http_head_seconds = 0", "http_head_seconds"),
        ("http_bodies = 1000", "http_bodies"),
        ("http_publishing = 0", "http_publishing"),
    ],
)
def test_bounds_that_make_no_sense_together_are_refused(tmp_path: Path, given: str, why: str) -> None:
    config(tmp_path, given)
    with pytest.raises(Misuse, match=why):
        load_settings(tmp_path)

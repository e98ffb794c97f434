"""A real broker that speaks TLS only, knows its users, and lets nobody do what nobody has allowed them."""

import datetime as dt
import ipaddress
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from kafka.admin import ACLResourcePatternType as PatternType
from kafka.errors import KafkaError

from adapters.embedded.processes import free_port
from adapters.process.clock import SystemClock
from tests.servers.kafka import QUICK_START
from tools.kafka_broker import PROPERTIES, JavaBroker

ADMIN = "admin"
USERS = {name: f"{name}-secret" for name in (ADMIN, "consumer", "agency", "nobody", "housing")}

PACKAGE = "org.apache.kafka.common.security"

# Two listeners for clients, by password and by certificate; the loopback listener of the controller is ANONYMOUS.
SECURED = PROPERTIES.replace(
    "listeners=PLAINTEXT://127.0.0.1:{port},", "listeners=LOGIN://127.0.0.1:{port},MUTUAL://127.0.0.1:{mutual},"
) + """listener.security.protocol.map=LOGIN:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=LOGIN
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN,OAUTHBEARER
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.login.scram-sha-512.sasl.jaas.config={security}.scram.ScramLoginModule required username="admin" password="admin-secret";
listener.name.login.plain.sasl.jaas.config={security}.plain.PlainLoginModule required user_consumer="consumer-secret";
listener.name.login.oauthbearer.sasl.jaas.config={security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="admin";
listener.name.login.oauthbearer.sasl.server.callback.handler.class={security}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
listener.name.mutual.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/
"""  # fmt: skip


class Authority:
    """Makes certificates that it vouches for; files are PEM, keys of mode 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("test authority")
        self._own = self._sign(self._name, self._key, authority=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def issue(self, common_name: str, password: bytes | None = None) -> tuple[Path, Path]:
        """A certificate and its key, encrypted under a password where there is one."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self.folder / f"{common_name}.crt", self.folder / f"{common_name}.key"
        certificate.write_bytes(self._sign(_name(common_name), key).public_bytes(serialization.Encoding.PEM))
        how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        secret.touch(mode=0o600)
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
        return certificate, secret

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool = False) -> x509.Certificate:
        now = SystemClock().now()
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        if not authority:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class SecuredBroker(JavaBroker):
    """The broker; `mutual_servers` is where it asks for a certificate instead of a password."""

    def __init__(self, authority: Authority) -> None:
        self._mutual = free_port()
        self.authority = authority
        properties = SECURED.replace("{mutual}", str(self._mutual)).replace("{security}", PACKAGE)
        super().__init__(properties, USERS, java_options=QUICK_START)
        certificate, key = authority.issue("broker")
        (self.folder / "broker.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
        (self.folder / "ca.pem").write_bytes(authority.file.read_bytes())

    @property
    def mutual_servers(self) -> str:
        return f"127.0.0.1:{self._mutual}"

    def admin(self) -> KafkaAdminClient:
        """One who may do everything."""
        return KafkaAdminClient(
            bootstrap_servers=self.bootstrap_servers, bootstrap_timeout_ms=2000, security_protocol="SASL_SSL",
            ssl_cafile=str(self.authority.file), sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=ADMIN, sasl_plain_password=USERS[ADMIN],
        )  # fmt: skip

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.running():
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                self.admin().close()
            except (OSError, KafkaError):
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"the secured Kafka did not start\n{self.log.read_text()[-2000:]}")


def allow(broker: SecuredBroker, user: str, operations: list[ACLOperation], what: ResourceType, name: str) -> None:
    """Give a user rights to everything of a kind whose name begins so."""
    pattern = ResourcePattern(what, name, PatternType.PREFIXED)
    admin = broker.admin()
    admin.create_acls([ACL(f"User:{user}", "*", one, ACLPermissionType.ALLOW, pattern) for one in operations])
    admin.close()


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder, a database, and how to be one of the users there."""

    folder: Path
    database_url: str
    broker: SecuredBroker
    authority: Authority

    def of(
        self, user: str, password: str | None = None, mechanism: str = "SCRAM-SHA-512", **more: str
    ) -> dict[str, str]:
        """Variables of a user who logs in."""
        return {
            "PATH": "/usr/bin:/bin",
            "ICR_DATA_DIR": str(self.folder),
            "ICR_DATABASE_URL": self.database_url,
            "ICR_KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
            "ICR_SHARED_TOPICS": "true",
            "ICR_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "ICR_KAFKA_CA_FILE": str(self.authority.file),
            "ICR_KAFKA_SASL_MECHANISM": mechanism,
            "ICR_KAFKA_USERNAME": user,
            "ICR_KAFKA_PASSWORD_FILE": str(self.secret("password", password or USERS[user])),
            **more,
        }

    def by_certificate(self, name: str) -> dict[str, str]:
        """Variables of a user who shows a certificate, with a password on its key."""
        certificate, key = self.authority.issue(name, b"of the key")
        kept = {name: value for name, value in self.of(ADMIN).items() if "SASL" not in name}
        return kept | {
            "ICR_KAFKA_BOOTSTRAP_SERVERS": self.broker.mutual_servers,
            "ICR_KAFKA_SECURITY_PROTOCOL": "SSL",
            "ICR_KAFKA_CERTIFICATE_FILE": str(certificate),
            "ICR_KAFKA_KEY_FILE": str(key),
            "ICR_KAFKA_KEY_PASSWORD_FILE": str(self.secret("of-the-key", "of the key")),
        }

    def secret(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file with a secret in it."""
        file = self.folder / name
        file.unlink(missing_ok=True)
        file.touch(mode=mode)
        file.chmod(mode)
        file.write_text(f"{text}\n")
        return file

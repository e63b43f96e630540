"""Only a signed-in person's token of this very project is let in."""

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from local.ports import free_port
from rex.domain.tokens import LONGEST_TOKEN, TokenRefused, read_bearer
from rex.errors import Transient
from rex.gateways.verifier import HostedVerifier, LocalVerifier, NotLocal

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
PERSON = uuid.uuid4()


class Keys(BaseHTTPRequestHandler):
    asked = 0
    new: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        type(self).asked += 1
        keys = [
            *self.new,
            ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec", "use": "sig", "alg": "ES256"},
            RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "rsa", "use": "sig", "alg": "RS256"},
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": keys}).encode())

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def project() -> Iterator[str]:
    """A project that publishes its keys on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def claims(project: str, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    whole = {
        "sub": str(PERSON), "aud": "authenticated", "iss": f"{project}/auth/v1", "role": "authenticated",
        "iat": now, "exp": now + timedelta(hours=1),
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not None}


@pytest.mark.parametrize(("key", "kid", "algorithm"), [(EC_KEY, "ec", "ES256"), (RSA_KEY, "rsa", "RS256")])
def test_persons_token_is_let_in(project: str, key: Any, kid: str, algorithm: str) -> None:
    token = jwt.encode(claims(project), key, algorithm=algorithm, headers={"kid": kid})
    assert HostedVerifier.of(project).verify(token) == PERSON


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": datetime.now(UTC) - timedelta(hours=1)},
        {"nbf": datetime.now(UTC) + timedelta(hours=1)},
        {"aud": "anon"},
        {"aud": None},
        {"iss": "https://other.example/auth/v1"},
        {"iss": None},
        {"exp": None},
        {"sub": None},
        {"sub": "nobody"},
        {"role": "anon"},
        {"role": "service_role"},
        {"is_anonymous": True},
    ],
)
def test_wrong_claims_are_refused(project: str, changes: dict[str, Any]) -> None:
    token = jwt.encode(claims(project, **changes), EC_KEY, algorithm="ES256", headers={"kid": "ec"})
    with pytest.raises(TokenRefused):
        HostedVerifier.of(project).verify(token)


def test_token_is_not_refused_while_the_keys_cannot_be_had() -> None:
    project = f"http://127.0.0.1:{free_port()}"
    token = jwt.encode(claims(project), EC_KEY, algorithm="ES256", headers={"kid": "ec"})
    with pytest.raises(Transient):
        HostedVerifier.of(project).verify(token)


def test_key_that_is_new_is_fetched_soon_and_one_that_nobody_knows_seldom(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier, now = HostedVerifier.of(project), [1_000.0]
    monkeypatch.setattr("jwt.jwks_client.time.monotonic", lambda: now[0])
    verifier.verify(jwt.encode(claims(project), EC_KEY, algorithm="ES256", headers={"kid": "ec"}))
    monkeypatch.setattr(
        Keys, "new", [ECAlgorithm.to_jwk(OTHER_KEY.public_key(), as_dict=True) | {"kid": "new", "use": "sig", "alg": "ES256"}]
    )
    asked = Keys.asked
    unknown = jwt.encode(claims(project), EC_KEY, algorithm="ES256", headers={"kid": "unknown"})
    for _ in range(5):
        with pytest.raises(TokenRefused):
            verifier.verify(unknown)
    assert Keys.asked == asked
    now[0] += 2
    assert verifier.verify(jwt.encode(claims(project), OTHER_KEY, algorithm="ES256", headers={"kid": "new"})) == PERSON


def forged(project: str) -> list[str]:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content, default=str).encode()).rstrip(b"=").decode()

    public = EC_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    good = jwt.encode(claims(project), EC_KEY, algorithm="ES256", headers={"kid": "ec"})
    signed_with_the_public_key = jwt.PyJWS().encode(
        json.dumps(claims(project), default=lambda moment: int(moment.timestamp())).encode(),
        base64.b64encode(public), algorithm="HS256", headers={"kid": "ec"},
    )  # fmt: skip
    return [
        jwt.encode(claims(project), OTHER_KEY, algorithm="ES256", headers={"kid": "ec"}),
        jwt.encode(claims(project), EC_KEY, algorithm="ES256", headers={"kid": "unknown"}),
        jwt.encode(claims(project), "x" * 32, algorithm="HS256", headers={"kid": "ec"}),
        signed_with_the_public_key,
        f"{part({'alg': 'none', 'kid': 'ec'})}.{part(claims(project))}.",
        good.rpartition(".")[0] + ".",
        good[:-4] + "AAAA",
        "nothing",
        "a.b.c",
    ]


@pytest.mark.parametrize("number", range(9))
def test_forged_token_is_refused(project: str, number: int) -> None:
    with pytest.raises(TokenRefused):
        HostedVerifier.of(project).verify(forged(project)[number])


def test_huge_token_is_refused_unread() -> None:
    with pytest.raises(TokenRefused, match="too_long"):
        read_bearer({"authorization": "Bearer " + "x" * (LONGEST_TOKEN + 1)})


@pytest.mark.parametrize("headers", [{}, {"authorization": ""}, {"authorization": "Basic x"}, {"authorization": "Bearer "}])
def test_missing_token_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(TokenRefused, match="no_bearer"):
        read_bearer(headers)


def test_shared_secret_serves_this_machine_only() -> None:
    with pytest.raises(NotLocal):
        LocalVerifier.of("https://project.supabase.co", "x" * 32)


def test_local_token_is_let_in_by_its_secret_alone() -> None:
    verifier = LocalVerifier.of("http://127.0.0.1:54321", "x" * 32)
    token = {"sub": str(PERSON), "role": "authenticated", "aud": "authenticated", "exp": datetime.now(UTC) + timedelta(hours=1)}
    assert verifier.verify(jwt.encode(token, "x" * 32, algorithm="HS256")) == PERSON
    for wrong in (jwt.encode(token, "y" * 32, algorithm="HS256"), jwt.encode(token, "", algorithm="none")):
        with pytest.raises(TokenRefused):
            verifier.verify(wrong)


@pytest.mark.parametrize(
    "changes", [{"aud": "anon"}, {"aud": None}, {"iss": "https://other.example/auth/v1"}, {"iss": "http://127.0.0.1:1/auth/v1"}]
)
def test_local_token_for_another_is_refused(changes: dict[str, Any]) -> None:
    token = jwt.encode(claims("http://localhost:54321", **changes), "x" * 32, algorithm="HS256")
    with pytest.raises(TokenRefused):
        LocalVerifier.of("http://127.0.0.1:54321", "x" * 32).verify(token)


def test_local_token_may_name_this_machine_as_its_issuer() -> None:
    token = jwt.encode(claims("http://localhost:54321"), "x" * 32, algorithm="HS256")
    assert LocalVerifier.of("http://127.0.0.1:54321", "x" * 32).verify(token) == PERSON

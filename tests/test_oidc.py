"""OpenID Connect bearer tokens: which are believed, and what their claims give."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from kb_service.access.key_set import KeySet, UnusableKeys
from kb_service.access.oidc import BadToken, NoRole, TokenVerifier, faults
from kb_service.access.roles import Caller, Role
from kb_service.configuration import AccessSettings

ISSUER = "https://identity.example.org/realms/hr"
AUDIENCE = "rengang"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
SECRET = "s" * 64


def public(key: Any, id: str, **more: str) -> dict[str, Any]:
    """The public half of a key as a JSON Web Key."""
    public_key = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        found = RSAAlgorithm.to_jwk(public_key, as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        found = ECAlgorithm.to_jwk(public_key, as_dict=True)
    else:
        found = OKPAlgorithm.to_jwk(public_key, as_dict=True)
    found.pop("key_ops", None)
    return {**found, "kid": id, **more}


KEYS = [
    public(RSA_KEY, "rsa"),
    public(EC_KEY, "ec"),
    public(ED_KEY, "ed"),
    public(SHORT_RSA_KEY, "short"),
    public(OTHER_RSA_KEY, "for-encryption", use="enc"),
    {"kty": "oct", "kid": "secret", "k": base64.urlsafe_b64encode(SECRET.encode()).decode()},
]


@pytest.fixture
def settings(tmp_path: Path) -> AccessSettings:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": KEYS}))
    return AccessSettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_keys=path)


@pytest.fixture
def verifier(settings: AccessSettings) -> TokenVerifier:
    found = TokenVerifier.configured(settings)
    assert found is not None
    return found


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a good token; None takes one away."""
    now = int(time.time())
    given = {
        "iss": ISSUER,
        "sub": "u-17",
        "aud": AUDIENCE,
        "exp": now + 300,
        "nbf": now - 1,
        "iat": now - 1,
        "rengang_role": "hr",
    }
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def signed(
    given: Mapping[str, Any], key: Any = RSA_KEY, algorithm: str = "RS256", **header: Any
) -> str:
    return jwt.encode(dict(given), key, algorithm, headers={"kid": "rsa", **header})


@pytest.mark.parametrize(
    "key, id, algorithm",
    [
        (RSA_KEY, "rsa", "RS256"),
        (RSA_KEY, "rsa", "RS512"),
        (RSA_KEY, "rsa", "PS256"),
        (EC_KEY, "ec", "ES256"),
        (ED_KEY, "ed", "EdDSA"),
    ],
)
def test_a_token_signed_by_a_known_key_is_believed(
    verifier: TokenVerifier, key: Any, id: str, algorithm: str
) -> None:
    caller = verifier.caller(signed(claims(), key, algorithm, kid=id))

    assert caller == Caller("oidc:u-17", Role.HR)


@pytest.mark.parametrize(
    "changed, reason",
    [
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"exp": None}, "exp"),
        ({"nbf": int(time.time()) + 3600}, "not valid yet"),
        ({"iat": int(time.time()) + 3600}, "not valid yet"),
        ({"iss": "https://identity.example.org/realms/other"}, "another issuer"),
        ({"iss": ISSUER + "/"}, "another issuer"),
        ({"iss": None}, "iss"),
        ({"aud": "payroll"}, "another audience"),
        ({"aud": ["payroll", "portal"]}, "another audience"),
        ({"aud": None}, "aud"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "subject"),
        ({"sub": "a\nb"}, "subject"),
        ({"sub": "x" * 300}, "subject"),
    ],
)
def test_a_token_with_other_claims_is_not_believed(
    verifier: TokenVerifier, changed: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BadToken, match=reason):
        verifier.caller(signed(claims(**changed)))


def test_one_of_several_audiences_is_enough(verifier: TokenVerifier) -> None:
    assert verifier.caller(signed(claims(aud=["payroll", AUDIENCE]))).role is Role.HR


def test_clocks_may_differ_as_far_as_is_configured(settings: AccessSettings) -> None:
    just_over = signed(claims(exp=int(time.time()) - 20))
    patient, strict = (
        TokenVerifier.configured(replace(settings, oidc_leeway_seconds=seconds))
        for seconds in (60, 0)
    )
    assert patient and strict

    assert patient.caller(just_over).role is Role.HR
    with pytest.raises(BadToken, match="expired"):
        strict.caller(just_over)


def segment(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def by_hand(header: Mapping[str, Any], sign: bytes | None) -> str:
    """A token signed with a shared secret, or not at all, as libraries refuse to make one."""
    content = f"{segment(header)}.{segment(claims())}"
    if sign is None:
        return f"{content}."
    signature = hmac.new(sign, content.encode(), hashlib.sha256).digest()
    return f"{content}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "forged",
    [
        by_hand({"alg": "none", "typ": "JWT"}, None),
        by_hand({"alg": "None", "typ": "JWT"}, None),
        by_hand({"typ": "JWT"}, None),
        by_hand({"alg": "HS256", "kid": "rsa"}, PEM),
        by_hand({"alg": "HS256", "kid": "rsa"}, json.dumps(KEYS[0]).encode()),
        by_hand({"alg": "HS256", "kid": "secret"}, SECRET.encode()),
        by_hand({"alg": "RS256", "kid": "secret"}, SECRET.encode()),
        by_hand({"alg": ["RS256"], "kid": "rsa"}, PEM),
        by_hand({"alg": "RS256", "kid": ["rsa"]}, PEM),
        by_hand({"alg": "RS256", "kid": "rsa"}, PEM),
        signed(claims(), OTHER_RSA_KEY),
        signed(claims(), OTHER_RSA_KEY, kid="for-encryption"),
        signed(claims(), OTHER_RSA_KEY, jwk=public(OTHER_RSA_KEY, "rsa"), kid="rsa"),
        signed(claims(), RSA_KEY, kid="unknown"),
        signed(claims(), RSA_KEY, kid="ec"),
        signed(claims(), RSA_KEY, typ="logout+jwt"),
        signed(claims(), RSA_KEY, crit=["b64"], b64=True),
        "",
        ".",
        "..",
        "a.b.c",
        "💥.💥.💥",
        f"{segment([1])}.{segment([1])}.",
        f"{'{' * 3000}.{segment({})}.",
        "[" * 5000 + "." + "." + "",
    ],
)
def test_what_no_known_key_has_signed_is_not_believed(verifier: TokenVerifier, forged: str) -> None:
    with pytest.raises(BadToken):
        verifier.caller(forged)


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_key_that_is_too_short_signs_nothing(verifier: TokenVerifier) -> None:
    with pytest.raises(BadToken):
        verifier.caller(signed(claims(), SHORT_RSA_KEY, kid="short"))


def test_keys_that_cannot_be_read_are_no_fault_of_the_token(
    verifier: TokenVerifier, settings: AccessSettings
) -> None:
    assert settings.oidc_keys is not None
    settings.oidc_keys.unlink()

    with pytest.raises(UnusableKeys):
        verifier.caller(signed(claims()))


def test_an_altered_token_is_not_believed(verifier: TokenVerifier) -> None:
    header, _, signature = signed(claims(rengang_role="model-reader")).split(".")
    _, payload, _ = signed(claims(rengang_role="admin")).split(".")

    with pytest.raises(BadToken, match="signature"):
        verifier.caller(f"{header}.{payload}.{signature}")


def test_a_long_token_is_refused_before_it_is_read(verifier: TokenVerifier) -> None:
    with pytest.raises(BadToken, match="too long"):
        verifier.caller(signed(claims(more="x" * 10_000)))


def test_a_token_that_names_no_key_needs_a_single_one_that_fits(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text(json.dumps({"keys": KEYS[:2]}))
    two.write_text(json.dumps({"keys": [*KEYS[:2], public(OTHER_RSA_KEY, "rsa-2")]}))
    unnamed = jwt.encode(claims(), RSA_KEY, "RS256")

    believing, doubting = (
        TokenVerifier.configured(
            AccessSettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_keys=path)
        )
        for path in (one, two)
    )

    assert believing and doubting
    assert believing.caller(unnamed).role is Role.HR
    with pytest.raises(BadToken, match="kid"):
        doubting.caller(unnamed)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("as_list", [False, True])
def test_the_claims_give_the_role_and_whose_facts_it_is_for(
    verifier: TokenVerifier, role: Role, as_list: bool
) -> None:
    named = ["uma_authorization", role.value, "offline_access"] if as_list else role.value
    given = claims(rengang_role=named, rengang_person="p001", rengang_team="north")

    assert verifier.caller(signed(given)) == Caller("oidc:u-17", role, "p001", "north")


@pytest.mark.parametrize(
    "role", [None, "", "king", "HR", 7, {"hr": True}, [], ["king"], ["hr", "admin"]]
)
def test_a_token_without_exactly_one_known_role_gives_none(
    verifier: TokenVerifier, role: object
) -> None:
    with pytest.raises(NoRole, match="rengang_role"):
        verifier.caller(signed(claims(rengang_role=role)))


def test_claims_may_lie_inside_others_or_have_dots_in_their_names(
    settings: AccessSettings,
) -> None:
    nested = TokenVerifier.configured(replace(settings, oidc_role_claim="realm_access.roles"))
    dotted = TokenVerifier.configured(
        replace(settings, oidc_role_claim="https://example.org/claims/role")
    )
    assert nested and dotted

    assert nested.caller(signed(claims(realm_access={"roles": ["analyst"]}))).role is Role.ANALYST
    given = claims(**{"https://example.org/claims/role": "editor"})
    assert dotted.caller(signed(given)).role is Role.EDITOR


def test_new_keys_count_as_soon_as_the_file_has_them(
    verifier: TokenVerifier, settings: AccessSettings
) -> None:
    assert settings.oidc_keys is not None
    by_new_key = signed(claims(), OTHER_RSA_KEY, kid="next")
    with pytest.raises(BadToken):
        verifier.caller(by_new_key)

    beside = settings.oidc_keys.with_suffix(".new")
    beside.write_text(json.dumps({"keys": [public(OTHER_RSA_KEY, "next")]}))
    beside.replace(settings.oidc_keys)

    assert verifier.caller(by_new_key).role is Role.HR
    with pytest.raises(BadToken):
        verifier.caller(signed(claims()))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"keys": {}}',
        '{"keys": [1]}',
        '{"keys": []}',
        "[" * 100_000,
        json.dumps({"keys": KEYS[-1:]}),
        json.dumps({"keys": [RSAAlgorithm.to_jwk(RSA_KEY, as_dict=True)]}),
        json.dumps({"keys": KEYS, "padding": "x" * 300_000}),
    ],
)
def test_a_file_without_public_keys_for_signatures_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)

    with pytest.raises(UnusableKeys):
        KeySet(path).keys()


def test_settings_that_trust_nobody_are_in_order() -> None:
    assert faults(AccessSettings()) == []
    assert TokenVerifier.configured(AccessSettings()) is None


def test_settings_that_trust_an_issuer_are_in_order(settings: AccessSettings) -> None:
    assert faults(settings) == []


def test_half_of_the_settings_are_a_fault(settings: AccessSettings) -> None:
    halves = (
        replace(settings, oidc_issuer=""),
        replace(settings, oidc_audience=""),
        replace(settings, oidc_keys=None),
    )

    assert [len(faults(half)) for half in halves] == [1, 1, 1]


def test_keys_that_cannot_be_read_are_a_fault(settings: AccessSettings, tmp_path: Path) -> None:
    assert len(faults(replace(settings, oidc_keys=tmp_path / "none.json"))) == 1

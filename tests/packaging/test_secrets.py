"""GOV-09: no secret lies in the repository. What looks like one in a test is listed here, and is nobody's."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PATTERNS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY",
    "PuTTY key": r"PuTTY-User-Key-File-\d",
    "AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "GitLab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "Slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "Google": r"\bAIza[0-9A-Za-z_-]{35}",
    "Stripe": r"\b[rs]k_live_[0-9A-Za-z]{16,}",
    "package index": r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgEI[A-Za-z0-9_-]{20,})",
    "signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{5,}\.",
    "own key, token or session": r"\bht[a-z]_[A-Za-z0-9_-]{20,}",
    "own master key": r"HOURTRAIL_KEY\S{0,4}[=:]\s*[\"']?[A-Za-z0-9+/]{43}=",
    "password in an address": r"://[^\s:/@\"'<>{}()]+:[^\s:/@\"'<>{}()*$]{3,}@",
    "assigned": r"(?i)(?:secret|passw(?:or)?d|token|api_?key|credential)[A-Za-z_]*[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/=_-]{20,}[\"']",
}

FAKES = {
    ("tests/store/test_schema.py", "://u:secret@"),
    ("tests/models/test_registry.py", "://eva:s3cret@"),
    ("tests/sources/git/test_git_source.py", "://ada:token@"),
    ("tests/sources/git/test_git_source.py", "://ada:s3cret@"),
    ("tests/serving/test_score_api.py", "://u:hunter2@"),
    ("tests/serving/test_reading_api.py", "://someone:secret@"),
    ("tests/capture/test_privacy.py", "://t:tok@"),
    ("tests/capture/test_rules_are_not_walked_around.py", r"://mia:pw\u200b@"),
    ("tests/capture/test_privacy.py", "://ada:s3cret@"),
    ("tests/capture/test_privacy_gate.py", "-----BEGIN RSA PRIVATE KEY"),
    ("tests/capture/test_privacy_gate.py", "AKIAABCDEFGHIJKLMNOP"),
    ("tests/serving/test_provider.py", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0."),
}
"""Made up for tests: what hides secrets has to be shown some."""

SELF = Path(__file__).relative_to(ROOT).as_posix()


def found_in(text: str) -> list[str]:
    return [match.group() for pattern in PATTERNS.values() for match in re.finditer(pattern, text)]


def _files() -> list[str]:
    """Whatever is in the repository or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is no git repository: what was packed is looked through where it was made")
    return [name for name in done.stdout.decode().split("\0") if name and name != SELF]


def test_no_secret_lies_in_the_repository() -> None:
    seen, names = set(), _files()
    assert len(names) > 1_000
    for name in names:
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            seen |= {(name, text) for text in found_in(path.read_bytes().decode("utf-8", "replace"))}
    assert seen - FAKES == set(), "take it out, and make a new one: who has the history has it"
    assert FAKES - seen == set(), "is gone: take it from the list"


def test_no_file_is_there_that_usually_holds_one() -> None:
    usual = re.compile(
        r"(?:^|/)(?:\.env(?:\..+)?|\.netrc|\.pgpass|\.pypirc|id_(?:rsa|ed25519|ecdsa)|.+\.(?:pem|p12|pfx|jks|keystore|key|kdbx))$"
    )
    assert [name for name in _files() if usual.search(name)] == []


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
        "AKIA" + "Z" * 16,
        "ghp_" + "a1" * 18,
        "glpat-" + "x" * 20,
        "xoxb-" + "123456789012",
        "AIza" + "b" * 35,
        "sk_live_" + "9" * 16,
        "pypi-AgEI" + "c" * 20,
        "eyJhbGciOiJIUzI1" + ".eyJzdWIiOiIx" + ".c2ln",
        "htk_" + "Q" * 43 + ".acme",
        "HOURTRAIL_KEY=" + "A" * 43 + "=",
        "postgresql://hourtrail:" + "pa55word" + "@db/hourtrail",
        "client_secret = '" + "d" * 24 + "'",
    ],
)
def test_each_kind_is_recognised(secret: str) -> None:
    assert found_in(f"# {secret}\n")


@pytest.mark.parametrize(
    "text", ["postgresql://hourtrail@db/x", "https://mlflow.example:5000", 'token = "…"', "eva:***@host"]
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert found_in(text) == []

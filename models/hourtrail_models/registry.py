"""The model registry: versions, aliases and sign-offs of a tenant's models in mlflow, and their data-only artefacts.

A registered model is ``USE_CASE.TENANT``. Its versions carry the digest of their artefact; its aliases (champion, challenger,
shadow) say which version does what. Each change of an alias appends one sign-off as a tag of the registered model, so that
who, when, why and which digest can be read by whoever can read the registry.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from hourtrail.domain.errors import InvalidInput, ModelUnavailable, NotFound
from hourtrail.domain.instants import format_instant, parse_instant

SETTING: Final = "HOURTRAIL_REGISTRY"
"""The one setting: the address of the mlflow server or database whose registry is served from."""
MLFLOW_SETTING: Final = "MLFLOW_TRACKING_URI"
DEFAULT_FILE: Final = "mlflow.db"
DEFAULT: Final = f"sqlite:///{DEFAULT_FILE}"
CHAMPION, CHALLENGER, SHADOW = "champion", "challenger", "shadow"
ALIASES: Final = (CHAMPION, CHALLENGER, SHADOW)
DIGEST, AUTHOR, GATE, SPEC_VERSION, DATA = (
    "hourtrail.digest", "hourtrail.author", "hourtrail.gate", "hourtrail.features", "hourtrail.data",
)  # fmt: skip
_SIGNED: Final = "hourtrail.sign_off."
_MOST_REASONS: Final = 4_500
"""Characters of a tag; mlflow takes 5,000 (mlflow.utils.validation)."""
QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server that is down is a sentence after seconds, not a silence of minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Our artefacts are data; nothing that mlflow loads may be code.
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
}
"""What we ask of mlflow where the person's own environment does not say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One registered version. ``gate`` is the stored verdict of the gate; ``aliases`` are those that point to it."""

    name: str
    version: str
    digest: str
    author: str
    created: datetime
    source: str
    run: str
    features: str
    data: str
    gate: Mapping[str, Any]
    aliases: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it came through the gate."""
        return bool(self.gate.get("passed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """One change of an alias: who approved which digest, on what evidence, and when it must be reviewed again.

    ``act`` is ``promoted``, ``rolled_back`` or ``proposed`` (by a run, never for the champion); an empty ``version`` means
    that the alias was taken away, so that the fallback serves.
    """

    alias: str
    act: str
    version: str
    digest: str
    author: str
    approver: str
    at: datetime
    evidence: str = ""
    review_by: date | None = None

    def overdue(self, today: date) -> bool:
        """Whether the review that was promised is late."""
        return self.review_by is not None and self.review_by < today

    def as_json(self) -> dict[str, Any]:
        """As stored."""
        return {
            **asdict(self),
            "at": format_instant(self.at),
            "review_by": None if self.review_by is None else self.review_by.isoformat(),
        }


def registered_name(use_case: str, tenant: str) -> str:
    """``ranker.acme``; a tenant whose name the registry could not keep is told apart by a digest."""
    kept = re.sub(r"[^A-Za-z0-9_-]", "_", tenant)[:60]
    if kept != tenant:
        kept += "-" + hashlib.sha256(tenant.encode()).hexdigest()[:8]
    return f"{use_case}.{kept}"


def configured() -> str:
    """The registry from which models are served; empty where none is configured, so that the bundled ones serve."""
    return os.environ.get(SETTING, "").strip()


def address(stated: str = "") -> str:
    """Where models are registered: what was stated, else HOURTRAIL_REGISTRY, else mlflow's own setting, else a file here."""
    return stated.strip() or configured() or os.environ.get(MLFLOW_SETTING, "").strip() or DEFAULT


def existing(stated: str = "") -> str:
    """The same address, to read from; empty where it is the file here and nobody has made one."""
    found = address(stated)
    return found if found != DEFAULT or Path(DEFAULT_FILE).is_file() else ""


def without_password(uri: str) -> str:
    """The address as it may be printed."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", uri)


class Registry:
    """The versions of one registered model. Every method raises ModelUnavailable when the registry does not answer."""

    def __init__(self, uri: str, name: str) -> None:
        self.uri, self.name = uri, name

    def register(
        self, *, source: str, run: str, digest: str, author: str, features: str, data: str, gate: Mapping[str, Any]
    ) -> Version:
        """A new version, with what it was made of; the gate's verdict stands with it for ever."""
        tags = {DIGEST: digest, AUTHOR: author, SPEC_VERSION: features, DATA: data, GATE: _short(gate)}
        with self._client() as client:
            if self._model(client) is None:
                client.create_registered_model(self.name, description="Data-only artefacts; see `hourtrail models`.")
            made = client.create_model_version(self.name, source=source, run_id=run or None, tags=tags)
        return self._version(made)

    def versions(self) -> list[Version]:
        """Every version, newest first."""
        with self._client() as client:
            model = self._model(client)
            if model is None:
                return []
            found = client.search_model_versions(f"name = '{self.name}'", max_results=1_000)
        pointed: dict[str, list[str]] = {}
        for alias, version in model.aliases.items():
            pointed.setdefault(str(version), []).append(alias)
        rows = [self._version(row, tuple(sorted(pointed.get(str(row.version), ())))) for row in found]
        return sorted(rows, key=lambda row: -int(row.version))

    def version(self, number: str) -> Version:
        """One of them, by number or alias. Raises NotFound."""
        for row in self.versions():
            if number == row.version or number in row.aliases:
                return row
        raise NotFound(
            f"{self.name} has no version {number!r} at {without_password(self.uri)}; list them with hourtrail models"
        )

    def at(self, alias: str) -> Version | None:
        """The version that an alias points to."""
        return next((row for row in self.versions() if alias in row.aliases), None)

    def sign_offs(self) -> list[SignOff]:
        """Every change of an alias, oldest first."""
        with self._client() as client:
            model = self._model(client)
        tags = {} if model is None else model.tags
        return [_sign_off(tags[name]) for name in sorted(name for name in tags if name.startswith(_SIGNED))]

    def sign(self, row: SignOff) -> None:
        """Append a sign-off, then move the alias: an alias that nobody signed for is never served."""
        with self._client() as client:
            model = self._model(client)
            count = 0 if model is None else sum(name.startswith(_SIGNED) for name in model.tags)
            client.set_registered_model_tag(self.name, f"{_SIGNED}{count + 1:06}", json.dumps(row.as_json()))
            if row.version:
                client.set_registered_model_alias(self.name, row.alias, row.version)
            else:
                client.delete_registered_model_alias(self.name, row.alias)

    def download(self, version: Version, folder: Path) -> Path:
        """The version's files below ``folder``, as the registry gives them; nothing is verified here."""
        with self._client() as client:
            from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - takes a second

            uri = client.get_model_version_download_uri(self.name, version.version)
            return Path(download_artifacts(artifact_uri=uri, dst_path=str(folder), tracking_uri=self.uri))

    def _model(self, client: Any) -> Any:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes a second

        try:
            return client.get_registered_model(self.name)
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    @contextmanager
    def _client(self) -> Iterator[Any]:
        with speaking_to(self.uri):
            from mlflow import MlflowClient  # noqa: PLC0415 - takes a second

            yield MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def _version(self, row: Any, aliases: tuple[str, ...] = ()) -> Version:
        tags = row.tags
        return Version(
            name=self.name,
            version=str(row.version),
            digest=tags.get(DIGEST, ""),
            author=tags.get(AUTHOR, ""),
            created=datetime.fromtimestamp(row.creation_timestamp / 1000, UTC),
            source=str(row.source),
            run=str(row.run_id or ""),
            features=tags.get(SPEC_VERSION, ""),
            data=tags.get(DATA, ""),
            gate=_gate(tags.get(GATE, "")),
            aliases=aliases,
        )


@contextmanager
def speaking_to(uri: str) -> Iterator[None]:
    """Talk to mlflow at ``uri``; whatever it raises becomes ModelUnavailable, with the address and the first line.

    mlflow is imported inside: it takes a second, and nothing else needs it.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - see above
    except ImportError as error:
        raise ModelUnavailable(f"mlflow cannot be loaded ({error}); reinstall hourtrail") from error
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        first = str(error).partition("\n")[0][:300].replace(uri, without_password(uri))
        raise ModelUnavailable(
            f"the model registry at {without_password(uri)} does not answer: {first}; check {SETTING}"
        ) from error


def _short(gate: Mapping[str, Any]) -> str:
    """The verdict as a tag; where it is too long, the reasons that passed are left out, then those behind the first failures."""
    text = json.dumps(gate, ensure_ascii=False)
    reasons = [row for row in gate.get("reasons", ()) if not row["passed"]]
    while len(text) > _MOST_REASONS:
        text = json.dumps({**gate, "reasons": reasons, "shortened": True}, ensure_ascii=False)
        if not reasons:
            break
        reasons.pop()
    return text


def _gate(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def _sign_off(text: str) -> SignOff:
    try:
        body = json.loads(text)
        due = body.pop("review_by")
        return SignOff(
            **{**body, "at": parse_instant(body["at"]), "review_by": date.fromisoformat(due) if due else None}
        )
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"a sign-off in the registry cannot be read: {text[:120]!r}") from error

"""The model artefact: a folder of data files and one manifest that names, dates and digests them. No code, no pickle.

``write`` makes a folder appear whole or not at all and never replaces one; ``load`` reads every file once, compares it
with the manifest and hands out the compared bytes, so that nothing can change between the check and the use.
Format history: 1 = the first.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, FiniteFloat, TypeAdapter, ValidationError

from hourtrail.domain.errors import Conflict, InvalidInput, ModelUnavailable, NotAllowed
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef
from hourtrail_models.use_cases import require_use_case

FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
BUNDLED: Final = Path(__file__).parent / "bundled"
MAX_MANIFEST_BYTES: Final = 1 << 20
MAX_FILE_BYTES: Final = 512 << 20
# A plain file name: no folders, no hidden files, the same on every file system.
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """What a model learned from: the digest of the file, and the date of its newest row (for the overlap check)."""

    name: str
    digest: str
    ends: date
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in ``manifest.json``. ``write`` fills in ``files`` (file name -> SHA-256); the caller gives the rest.

    ``spec`` is None for an artefact that reads no feature matrix, ``encoder`` is the fingerprint of the encoder whose
    vectors the features came from ("" for none), ``about`` holds facts in words: upstream, licence, parameters.
    """

    name: str
    version: str
    created: AwareDatetime
    spec: FeatureSpec | None = None
    encoder: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    training_data: tuple[TrainingData, ...] = ()
    metrics: Mapping[str, FiniteFloat] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A loaded artefact: its manifest, the SHA-256 over the manifest's bytes, and the verified content of each file."""

    folder: Path
    manifest: Manifest
    digest: str
    files: Mapping[str, bytes]

    @property
    def ref(self) -> ModelRef:
        """Name, version and digest, as they stand on every row derived from this model."""
        return ModelRef(name=self.manifest.name, version=self.manifest.version, digest=self.digest)

    def content(self, name: str) -> bytes:
        """The verified bytes of one file. Raises ModelUnavailable when the manifest does not list it."""
        if name not in self.files:
            raise ModelUnavailable(f"the model in {self.folder} has no file {name}; it was made for another version")
        return self.files[name]

    def require(self, *, spec: FeatureSpec, encoder: str) -> None:
        """Refuse to score with features or vectors other than those of the training. Raises ModelUnavailable."""
        made_for = self.manifest.spec
        if made_for != spec:
            version = made_for.version if made_for else "none"
            raise ModelUnavailable(
                f"the model in {self.folder} was made for the features {version}, this version computes {spec.version}; "
                "train it again or install the model of this version"
            )
        if self.manifest.encoder != encoder:
            raise ModelUnavailable(
                f"the model in {self.folder} was made with the encoder {self.manifest.encoder or 'none'}, not {encoder}; "
                "use that encoder or train the model again"
            )


_MANIFEST_TYPE: Final = TypeAdapter(Manifest)


def write(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Artefact:
    """Write ``files`` and their manifest as ``folder``, which appears complete or not at all.

    Everything is written and synced in a folder beside it, then renamed. Raises Conflict when ``folder`` holds something
    (an artefact is never replaced), InvalidInput for an impossible file name or a manifest that would not load again.
    """
    data = _manifest_bytes(manifest, files)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in [*files.items(), (MANIFEST, data)]:
            _write_synced(work / name, content)
        work.chmod(0o755)
        _sync_folder(work)
        _appear(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _sync_folder(folder.parent)
    return load(folder)


def load(folder: Path, *, expected: str | None = None) -> Artefact:
    """Read and verify the artefact in ``folder``; ``expected`` pins its digest.

    Raises ModelUnavailable, which says what is missing, altered or of another format; the folder is left as it is.
    """
    data = _read(folder / MANIFEST, MAX_MANIFEST_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    if expected is not None and digest != expected:
        raise ModelUnavailable(
            f"the model in {folder} has the digest {digest[:12]}, the reviewed one is {expected[:12]}; reinstall it"
        )
    manifest = _parse(data, folder)
    contents = {name: _read_verified(folder / name, pinned) for name, pinned in manifest.files.items()}
    return Artefact(folder=folder, manifest=manifest, digest=digest, files=contents)


def load_bundled(name: str) -> Artefact:
    """The artefact that came with this installation, pinned by ``bundled/digests.toml``.

    Raises ModelUnavailable, also for a use case that is not on the allow-list (``hourtrail_models.use_cases``).
    """
    try:
        require_use_case(name)
    except NotAllowed as error:
        raise ModelUnavailable(str(error)) from error
    return load(BUNDLED / name, expected=pinned_digests().get(name, "not pinned"))


def pinned_digests() -> dict[str, str]:
    """Name -> digest of each bundled artefact, from the reviewed text file."""
    digests = tomllib.loads(_read(BUNDLED / "digests.toml", MAX_MANIFEST_BYTES).decode())
    return {name: str(digest) for name, digest in digests.items()}


def library_versions(*distributions: str) -> dict[str, str]:
    """Installed version of each distribution, for the manifest."""
    return {name: metadata.version(name) for name in distributions}


def _manifest_bytes(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    for name in files:
        if name == MANIFEST or not _FILE_NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} cannot be the name of a file in a model artefact; use a plain file name")
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    try:
        values = _MANIFEST_TYPE.dump_python(replace(manifest, files=digests), mode="json", warnings="error")
        data = (json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()
        _MANIFEST_TYPE.validate_json(data)
    except ValueError as error:
        raise InvalidInput(f"the manifest of {manifest.name} cannot be written: {error}") from error
    return data


def _parse(data: bytes, folder: Path) -> Manifest:
    try:
        written = json.loads(data)
        version = written["format_version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelUnavailable(f"{folder / MANIFEST} is not the manifest of a model; reinstall the model") from error
    if version != FORMAT_VERSION:
        raise ModelUnavailable(
            f"the model in {folder} has the format {version}, this version reads {FORMAT_VERSION}; install a matching model"
        )
    try:
        manifest = _MANIFEST_TYPE.validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelUnavailable(
            f"{folder / MANIFEST}, {where}: {first['msg']}; reinstall the model in {folder}"
        ) from error
    for name in manifest.files:
        if name == MANIFEST or not _FILE_NAME.fullmatch(name):
            raise ModelUnavailable(f"{folder / MANIFEST} lists {name!r}, which is not a plain file name; do not use it")
    return manifest


def _read(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            raise ModelUnavailable(f"{path} is missing; reinstall the model, or export it again")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise ModelUnavailable(f"{path} is larger than {limit} bytes; it is not part of a model that we made")
    return data


def _read_verified(path: Path, pinned: str) -> bytes:
    data = _read(path, MAX_FILE_BYTES)
    found = hashlib.sha256(data).hexdigest()
    if found != pinned:
        raise ModelUnavailable(
            f"{path} was altered: its SHA-256 begins with {found[:12]}, the manifest says {pinned[:12]}; reinstall the model"
        )
    return data


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the names inside ``folder`` durable; Windows cannot open folders and needs no such step."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _appear(work: Path, folder: Path) -> None:
    try:
        work.rename(folder)  # fails on a folder that holds anything: rename(2)
    except OSError as error:
        if folder.exists():
            raise Conflict(f"{folder} already holds a model; models are never replaced, choose a new folder") from error
        raise

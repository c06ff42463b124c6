"""Where a repository lies and what it is called."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hourtrail.sources.git.command import Git

_SCP_LIKE = re.compile(r"^(?:[^@/\\]+@)?[^:/\\]{2,}:(?!//)(?P<path>[^\\]+)$")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on disk: the folder git works in and its git directory."""

    folder: Path
    git_dir: Path

    @property
    def git(self) -> Git:
        """The command that reads it."""
        return Git(self.git_dir, self.folder)


def find_repository(path: Path) -> Repository | None:
    """The repository whose work tree or bare folder ``path`` is; never one further up."""
    folder = path.absolute()
    dot_git = folder / ".git"
    try:
        if dot_git.is_dir():
            return Repository(folder, dot_git)
        if dot_git.is_file():  # a linked work tree or a submodule: one line that names the real place
            with dot_git.open("rb") as stream:
                return Repository(folder, dot_git) if stream.read(8) == b"gitdir: " else None
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return Repository(folder, folder)
    except OSError:
        return None
    return None


def name_from_url(url: str) -> str:
    """``owner/name`` of a remote's address, without host, credentials, query and ``.git``; stable when a clone moves.

    A remote on this machine gives its last folder only: where it lies is nobody's business. Empty when the address
    names nothing.
    """
    scp_like = _SCP_LIKE.match(url)
    if scp_like:
        path, local = scp_like["path"], False
    else:
        try:
            parts = urlsplit(url)
        except ValueError:
            return ""
        local = not parts.netloc
        path = parts.path.replace("\\", "/")
    segments = [segment for segment in unquote(path.split("?")[0]).split("/") if segment not in {"", ".", "..", ".git"}]
    if not segments:
        return ""
    segments[-1] = segments[-1].removesuffix(".git") or segments[-1]
    return segments[-1] if local else "/".join(segments)


def repository_name(repository: Repository) -> str:
    """What the repository is called: by its remote ``origin``, else by its folder. Raises GitFailed."""
    git = repository.git
    named = name_from_url(git.ask("config", "--local", "--get", "remote.origin.url"))
    if named:
        return named
    common = git.ask("rev-parse", "--git-common-dir")
    home = (repository.folder / common).resolve() if common else repository.git_dir.resolve()
    folder = home.parent if home.name == ".git" else home
    return folder.name.removesuffix(".git") or "repository"

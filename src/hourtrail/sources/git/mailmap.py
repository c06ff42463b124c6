"""The repository's ``.mailmap`` for people whom git itself does not map: those of ``Co-authored-by`` lines."""

from hourtrail.sources.git.command import Git
from hourtrail.sources.git.log import Signature


class Mailmap:
    """Asks git once for each name and e-mail address."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._known: dict[Signature, Signature] = {}

    def canonical(self, signature: Signature) -> Signature:
        """The person's proper name and address; the same signature when the mailmap does not name it. Raises GitFailed."""
        if signature not in self._known:
            self._known[signature] = self._ask(signature)
        return self._known[signature]

    def _ask(self, signature: Signature) -> Signature:
        name, _, email = self._git.ask("check-mailmap", "--", f"{signature.name} <{signature.email}>").rpartition("<")
        return Signature(name.strip(), email.removesuffix(">")) if email.endswith(">") else signature

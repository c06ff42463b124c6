"""What is wrong with one property of an event."""

from hourtrail.domain.errors import InvalidInput


class FieldFault(InvalidInput):
    """A property that cannot be used; ``name`` is the property's name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name

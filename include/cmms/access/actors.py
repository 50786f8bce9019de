"""Who asks, and what they may do. Pure: how it is found out is the concern of whoever serves the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cmms.errors import CmmsError


class Capability(StrEnum):
    """What a person may do here; each is asked of Airflow's auth manager (decision 0012)."""

    VIEW = "view"
    """Read and export."""
    TRIGGER = "trigger"
    """Start, pause and cancel syncs."""
    EDIT = "edit"
    """Change equipment, replay and discard rejected records."""
    CONFIGURE = "configure"
    """Change plants, groups, classification rules and settings."""


@dataclass(frozen=True)
class Actor:
    """A logged-in person; ``token`` is theirs, for calls to Airflow in their name."""

    name: str
    capabilities: frozenset[Capability]
    token: str = field(default="", repr=False)

    def can(self, capability: Capability) -> bool:
        """Whether the person may do that."""
        return capability in self.capabilities

    def require(self, capability: Capability) -> None:
        """Raise :class:`Forbidden` unless the person may do that."""
        if not self.can(capability):
            raise Forbidden(f"{self.name} may not do this: it needs the capability '{capability}'")


class ViewError(CmmsError):
    """What a person did cannot be done; the message is for them. ``status`` is the HTTP status of it."""

    status = 400


class Forbidden(ViewError):
    """The person may not do this."""

    status = 403


class NotFound(ViewError):
    """There is no such thing (any more)."""

    status = 404


class Stale(ViewError):
    """Somebody else, or a sync, has changed it meanwhile."""

    status = 409


class WrongState(ViewError):
    """Its state does not allow this; ``path`` leads to what stands in the way."""

    status = 409

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message, path=path or None)
        self.path = path


class Busy(ViewError):
    """The person, or everybody together, has enough of this running at the moment."""

    status = 429


class Invalid(ViewError):
    """Input that cannot be accepted; ``fields`` says per field why."""

    status = 422

    def __init__(self, message: str, /, **fields: str) -> None:
        super().__init__(message, **fields)
        self.fields = fields

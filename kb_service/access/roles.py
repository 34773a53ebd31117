"""What each role may read and write: the one table that every way into the service goes by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody, or some program, is to this service."""

    MODEL_READER = "model-reader"
    SELF = "self"
    TEAM_LEAD = "team-lead"
    ANALYST = "analyst"
    HR = "hr"
    EDITOR = "editor"
    ADMIN = "admin"


class People(StrEnum):
    """Of whom a role may read facts and conclusions."""

    NOBODY = "nobody"
    ONESELF = "oneself"
    OWN_TEAM = "own team"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class Rights:
    """What a role may do; shared knowledge may be read by every role.

    Who may not see names sees people under their pseudonyms, the opaque last part of their IRIs.
    """

    reads: People = People.NOBODY
    sees_names: bool = False
    writes_people: bool = False
    writes_models: bool = False
    administers: bool = False

    @property
    def sees_raters(self) -> bool:
        """Whether it may know who rated whom: others learn of which kind a rater is, never who."""
        return self.reads is People.EVERYBODY and self.sees_names

    @property
    def reads_studies(self) -> bool:
        """Whether it may read model-building studies, whose participants bear pseudonyms.

        Who reads about everybody under pseudonyms reads these as well.
        """
        return self.writes_models or self.reads is People.EVERYBODY

    @property
    def writes_studies(self) -> bool:
        """Whether it may store and take back model-building studies."""
        return self.writes_models

    @property
    def sees_to_rights(self) -> bool:
        """Whether it may see to the rights of those it reads about, and read what they say in words."""
        return self.writes_people or self.reads is People.ONESELF


RIGHTS: dict[Role, Rights] = {
    Role.MODEL_READER: Rights(),
    Role.SELF: Rights(People.ONESELF, sees_names=True),
    Role.TEAM_LEAD: Rights(People.OWN_TEAM, sees_names=True),
    Role.ANALYST: Rights(People.EVERYBODY),
    Role.HR: Rights(People.EVERYBODY, sees_names=True, writes_people=True),
    Role.EDITOR: Rights(writes_models=True),
    Role.ADMIN: Rights(
        People.EVERYBODY,
        sees_names=True,
        writes_people=True,
        writes_models=True,
        administers=True,
    ),
}


@dataclass(frozen=True)
class Caller:
    """Who asks: a name for the audit, a role, and whose facts the narrow roles are for."""

    name: str
    role: Role
    person: str = ""
    """For `self`: the id of the person, as HR knows it."""
    team: str = ""
    """For `team-lead`: the id of the team."""

    @property
    def rights(self) -> Rights:
        """What this caller may do."""
        return RIGHTS[self.role]


LOCAL = Caller("local", Role.ADMIN)
"""Whoever is at this machine while no token is configured, and whoever uses the command line."""

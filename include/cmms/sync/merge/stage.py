"""What staging hands to the merge: where the rows of a unit lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A filled staging table, or the file of a new day: small, for XCom.

    Attributes:
        table: "" when there is a file instead.
        staged: rows in the table, or in the file.
        stored: valid rows that are not in it, because the database holds them just like this.
        file: in the storage; "" when there is a table.
        checksum: of the file and its columns.
    """

    table: str
    fence: int
    staged: int
    stored: int = 0
    file: str = ""
    checksum: int = 0


class StageNeeded(Exception):
    """The file of a new day could not be loaded as it is: roll back, stage them in a table, merge again."""

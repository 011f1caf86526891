"""One demo account per role; only ever made together with the demo content."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """An account of the demo site; `group` is the name of its role's group, empty for a superuser."""

    username: str
    password: str
    role: str
    group: str


ACCOUNTS = (
    Account("admin", "demo-admin-2026", "Administrateur", ""),
    Account("redaction", "demo-redaction-2026", "Rédaction (publie)", "Rédacteurs"),
    Account("contribution", "demo-contribution-2026", "Contribution (propose)", "Contributeurs"),
    Account("documentation", "demo-documentation-2026", "Documentation", "Documentalistes"),
    Account("traduction", "demo-traduction-2026", "Traduction (ne publie pas)", "Traducteurs"),
)

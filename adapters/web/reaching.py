"""How the index team is reached: by the duty line that its organisation publishes, else as the service's settings say."""

from datetime import datetime, timedelta
from typing import Final

from adapters.process.clock import Clock
from adapters.process.settings import Settings
from adapters.questions.staff import Staff
from adapters.web.rendering import Contact

_AGAIN: Final = timedelta(minutes=1)  # after which it is looked up again


class Reaching:
    """Looks it up, at most once a minute: it stands on every page, and changes a few times a year."""

    def __init__(self, staff: Staff, settings: Settings, clock: Clock) -> None:
        self._staff = staff
        self._settings = settings
        self._clock = clock
        self._found: tuple[datetime, Contact] | None = None

    def contact(self) -> Contact:
        """The number, as it stands, and when the team replies."""
        team, now, found = self._settings.index_team, self._clock.now(), self._found
        if found is None or not found[0] <= now < found[0] + _AGAIN:
            line = None if team is None else self._staff.duty_line(team)
            found = self._found = (
                now,
                Contact(line or self._settings.index_team_telephone, self._settings.index_team_reply),
            )
        return found[1]

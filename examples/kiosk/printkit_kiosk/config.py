"""What Kiosk must be told by its user: a shop number and a key. Knows no request."""

from collections.abc import Mapping
from typing import final

from attrs import frozen
from printkit.config import ConnectionSettings, with_path
from printkit.secret import Secret

HOSTS = {"sandbox": "https://try.kiosk.example/kiosk/v1", "live": "https://kiosk.example/kiosk/v1"}


@final
@frozen(kw_only=True)
class Settings(ConnectionSettings):
    """Whatever is a ``Secret`` is hidden wherever it appears, and never taken from a URL."""

    number: str
    key: Secret

    @property
    def account(self) -> str:
        """What tells one account from another."""
        return self.number

    @property
    def url(self) -> str:
        """The host of the environment, or ``base_url``; with the version's path."""
        return (
            HOSTS[self.environment]
            if self.base_url is None
            else with_path(self.base_url, "/kiosk/v1")
        )

    def headers(self) -> Mapping[str, Secret | str]:
        """The credentials of every request."""
        return {"X-Kiosk-Number": self.number, "X-Kiosk-Key": self.key}

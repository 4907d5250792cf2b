"""What Pwinty must be told by its user: account, print country, quality and the account's currency."""

from collections.abc import Mapping
from typing import Literal, final

from attrs import field, frozen

from ...config import ConnectionSettings, code, with_path
from ...secret import Secret

_HOSTS = {
    "sandbox": "https://sandbox.pwinty.com/v2.5",
    "live": "https://api.pwinty.com/v2.5",
}
"""Seed 004, "URLs"."""


@final
@frozen(kw_only=True)
class Settings(ConnectionSettings):
    """Sandbox and live have separate credentials (reference/pwinty-api.md section 3)."""

    merchant_id: str
    api_key: Secret
    currency: str | None = field(default=None, validator=code("[A-Z]{3}", "an ISO 4217 code of three capital letters, such as GBP"))
    """ISO 4217, of the account: Pwinty's order prices name none (reference 12.26)."""
    print_country: str | None = field(default=None, validator=code("[A-Z]{2}", "an ISO 3166 code of two capital letters, such as GB"))
    """Two letters: where orders are printed. Default: the recipient's country (reference 12.25)."""
    quality: Literal["Pro", "Standard"] = "Pro"

    @property
    def account(self) -> str:
        """The merchant id."""
        return self.merchant_id

    @property
    def url(self) -> str:
        """The host of the environment, or ``base_url``; with the version's path."""
        return _HOSTS[self.environment] if self.base_url is None else with_path(self.base_url, "/v2.5")

    def headers(self) -> Mapping[str, Secret | str]:
        """The two credentials (seed 004, "Authentication"), and the one format whose schema is stable (reference 12.17)."""
        return {"X-Pwinty-MerchantId": self.merchant_id, "X-Pwinty-REST-API-Key": self.api_key, "Accept": "application/json"}

"""What Gooten must be told by its user: the recipe, the billing key, and what an order needs and its recipient may lack."""

from collections.abc import Mapping
from typing import final

from attrs import field, frozen

from ...config import ConnectionSettings, code, with_path
from ...secret import Secret

_LIVE = "https://api.print.io/api"
"""Reference/gooten-api.md section 2.1. There is no sandbox host: tests are orders in test mode on the live one (section 18.2)."""


@final
@frozen(kw_only=True)
class Settings(ConnectionSettings):
    """``sandbox`` means the live host with ``IsInTestMode`` on every order, and no write to an order that is not a test."""

    recipe_id: str
    """Names the integration; part of every URL, and no secret (reference section 3)."""
    partner_billing_key: Secret
    """As the admin site shows it, not percent-encoded."""
    email: str | None = None
    """Of orders whose recipient has none: Gooten requires one (reference 6.2). Never invented."""
    phone: str | None = None
    """Of orders whose recipient has none: Gooten requires one (reference 6.2). Never invented."""
    currency: str | None = field(default=None, validator=code("[A-Z]{3}", "an ISO 4217 code of three capital letters, such as GBP"))
    """ISO 4217, in which an order is charged; Gooten's choice when absent."""
    shipping: str = "standard"
    """Of orders that name none: standard, expedited, overnight, or the id of a carrier's method."""

    @property
    def account(self) -> str:
        """The recipe id."""
        return self.recipe_id

    @property
    def url(self) -> str:
        """The live host, or ``base_url``; with ``/api``."""
        return _LIVE if self.base_url is None else with_path(self.base_url, "/api")

    def headers(self) -> Mapping[str, Secret | str]:
        """Answers are JSON in any case (reference 2.4)."""
        return {"Accept": "application/json"}

    def query(self) -> Mapping[str, Secret | str]:
        """The recipe id goes with every request (seeds 000 to 003)."""
        return {"recipeid": self.recipe_id}

    def held(self) -> tuple[Secret, ...]:
        """The billing key goes only where it is needed (reference section 3)."""
        return (self.partner_billing_key,)

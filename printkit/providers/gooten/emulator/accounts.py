"""Who may call: recipes and billing keys. Knows no operation.

Rules: reference/gooten-api.md section 3; a key whose plus sign became a blank is wrong (section 19, trap 7).
"""

import re
from typing import Final

from printkit.secret import Secret

from .options import Options
from .refusals import Entry, RefusedError

_BLANK: Final = re.compile(r"\s")


def recipe_known(options: Options, recipe: str) -> bool:
    """Whether there is such an integration."""
    if options.accounts is None:
        return bool(recipe.strip())
    return any(recipe.strip().lower() == known.lower() for known, _ in options.accounts)


def check_key(options: Options, recipe: str, key: str, property_: str = "PartnerBillingKey") -> None:
    """Refuses a key that is not the account's.

    Raises:
        RefusedError: it is missing or wrong; the refusal echoes it, as the real service was seen to do.
    """
    if options.accounts is None:
        fitting = bool(key) and _BLANK.search(key) is None
    else:
        fitting = any(recipe.lower() == known.lower() and Secret(key) == secret for known, secret in options.accounts)
    if not fitting:
        raise RefusedError("billing key", Entry(property_, "Partner billing key is not valid.", key))

"""Gooten: what kind of shop it is and what it can do, as data. Importing this imports none of its parts."""

from ...provider import NATIVE, Capability, ProviderInfo, Stage, Support, SupportLevel

DRAFT, PLACED = Stage.DRAFT, Stage.PLACED

_LOCAL = Support(SupportLevel.EMULATED, "Gooten has no drafts: kept here until submit")
_COMPLETE = Support(SupportLevel.UNSUPPORTED, "a Gooten order is complete once it is placed")
_NO_ISSUES = Support(SupportLevel.UNSUPPORTED, "Gooten's API takes no complaints: write to its support")
_NO_FILES = Support(SupportLevel.UNSUPPORTED, "Gooten fetches pictures from public URLs")
_NO_PAYMENT = Support(SupportLevel.UNSUPPORTED, "Gooten invoices the account; its PayPal flow is for its own apps")
_NO_NOTICES = Support(SupportLevel.UNSUPPORTED, "a draft is kept here: nobody else changes it")
_NOTICES = Support(SupportLevel.NATIVE, "set up by hand in Gooten's admin site; a hint only: the order is read back")
_HOLD = Support(SupportLevel.NATIVE, "the API cannot release a held order again: only Gooten's admin site can")

INFO = ProviderInfo(
    kind="gooten",
    title="Gooten",
    settings="printkit.providers.gooten.config:Settings",
    adapter="printkit.providers.gooten.adapter:Gooten",
    emulator="printkit.providers.gooten.emulator:Shop",
    base_path="/api",
    unique_references=True,
    notice_query="?orderid=",
    support={
        (Capability.CREATE_ORDER, DRAFT): _LOCAL,
        (Capability.ADD_PHOTOS, DRAFT): _LOCAL,
        (Capability.ADD_PHOTOS, PLACED): _COMPLETE,
        (Capability.UPLOAD_ARTWORK, DRAFT): _NO_FILES,
        (Capability.UPLOAD_ARTWORK, PLACED): _NO_FILES,
        (Capability.GET_ORDER, DRAFT): _LOCAL,
        (Capability.GET_ORDER, PLACED): NATIVE,
        (Capability.LIST_ORDERS, DRAFT): _LOCAL,
        (Capability.LIST_ORDERS, PLACED): NATIVE,
        (Capability.VALIDATE, DRAFT): Support(
            SupportLevel.EMULATED, "local rules, whether each SKU can be sent there, picture sizes where given, the address as a warning"
        ),
        (Capability.VALIDATE, PLACED): Support(SupportLevel.EMULATED, "read from the statuses of the items"),
        (Capability.SUBMIT, DRAFT): NATIVE,
        (Capability.SUBMIT, PLACED): Support(SupportLevel.UNSUPPORTED, "it is submitted already"),
        (Capability.UPDATE_RECIPIENT, DRAFT): _LOCAL,
        (Capability.UPDATE_RECIPIENT, PLACED): NATIVE,
        (Capability.CANCEL_ITEMS, DRAFT): _LOCAL,
        (Capability.CANCEL_ITEMS, PLACED): NATIVE,
        (Capability.SWAP_SKU, DRAFT): _LOCAL,
        (Capability.SWAP_SKU, PLACED): Support(SupportLevel.NATIVE, "charges the account for the changed order"),
        (Capability.REPLACE_ARTWORK, DRAFT): _LOCAL,
        (Capability.REPLACE_ARTWORK, PLACED): NATIVE,
        (Capability.CANCEL_ORDER, DRAFT): _LOCAL,
        (Capability.CANCEL_ORDER, PLACED): NATIVE,
        (Capability.HOLD_ORDER, DRAFT): Support(SupportLevel.UNSUPPORTED, "a draft is not printed anyway"),
        (Capability.HOLD_ORDER, PLACED): _HOLD,
        (Capability.REQUEST_PAYMENT, DRAFT): _NO_PAYMENT,
        (Capability.REQUEST_PAYMENT, PLACED): _NO_PAYMENT,
        (Capability.LIST_PRODUCTS, DRAFT): NATIVE,
        (Capability.LIST_PRODUCTS, PLACED): NATIVE,
        (Capability.LIST_COUNTRIES, DRAFT): NATIVE,
        (Capability.LIST_COUNTRIES, PLACED): NATIVE,
        (Capability.ISSUES, DRAFT): _NO_ISSUES,
        (Capability.ISSUES, PLACED): _NO_ISSUES,
        (Capability.NOTICES, DRAFT): _NO_NOTICES,
        (Capability.NOTICES, PLACED): _NOTICES,
        (Capability.REQUEST, DRAFT): NATIVE,
        (Capability.REQUEST, PLACED): NATIVE,
    },
)

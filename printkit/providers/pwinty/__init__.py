"""Pwinty v2.5: what kind of shop it is and what it can do, as data. Importing this imports none of its parts."""

from ...model import OrderStatus
from ...provider import NATIVE, Capability, ProviderInfo, Stage, Support, SupportLevel

_PLACED = "Pwinty takes no changes once an order is submitted"
_EMULATED = Support(SupportLevel.EMULATED, "one request per photo, not atomic: the new photo is added before the old one is deleted")
_NOT_PLACED = Support(SupportLevel.UNSUPPORTED, _PLACED)
_NOTICES = Support(SupportLevel.NATIVE, "set up by hand in Pwinty's dashboard; a hint only: the order is read back")

DRAFT, PLACED = Stage.DRAFT, Stage.PLACED

INFO = ProviderInfo(
    kind="pwinty",
    title="Pwinty v2.5",
    settings="printkit.providers.pwinty.config:Settings",
    adapter="printkit.providers.pwinty.adapter:Pwinty",
    emulator="printkit.providers.pwinty.emulator:Shop",
    base_path="/v2.5",
    never_says=frozenset({OrderStatus.ON_HOLD, OrderStatus.IN_PRODUCTION, OrderStatus.DELIVERED, OrderStatus.TEST}),
    support={
        (Capability.CREATE_ORDER, DRAFT): NATIVE,
        (Capability.ADD_PHOTOS, DRAFT): NATIVE,
        (Capability.ADD_PHOTOS, PLACED): _NOT_PLACED,
        (Capability.UPLOAD_ARTWORK, DRAFT): NATIVE,
        (Capability.UPLOAD_ARTWORK, PLACED): _NOT_PLACED,
        (Capability.GET_ORDER, DRAFT): NATIVE,
        (Capability.GET_ORDER, PLACED): NATIVE,
        (Capability.LIST_ORDERS, DRAFT): NATIVE,
        (Capability.LIST_ORDERS, PLACED): NATIVE,
        (Capability.VALIDATE, DRAFT): NATIVE,
        (Capability.VALIDATE, PLACED): NATIVE,
        (Capability.SUBMIT, DRAFT): NATIVE,
        (Capability.SUBMIT, PLACED): Support(SupportLevel.UNSUPPORTED, "it is submitted already"),
        (Capability.UPDATE_RECIPIENT, DRAFT): NATIVE,
        (Capability.UPDATE_RECIPIENT, PLACED): _NOT_PLACED,
        (Capability.CANCEL_ITEMS, DRAFT): Support(SupportLevel.EMULATED, "deletes the photos, one request each"),
        (Capability.CANCEL_ITEMS, PLACED): _NOT_PLACED,
        (Capability.SWAP_SKU, DRAFT): _EMULATED,
        (Capability.SWAP_SKU, PLACED): _NOT_PLACED,
        (Capability.REPLACE_ARTWORK, DRAFT): _EMULATED,
        (Capability.REPLACE_ARTWORK, PLACED): _NOT_PLACED,
        (Capability.CANCEL_ORDER, DRAFT): NATIVE,
        (Capability.CANCEL_ORDER, PLACED): Support(
            SupportLevel.UNSUPPORTED, "a submitted order cannot be cancelled; one that awaits payment can"
        ),
        (Capability.HOLD_ORDER, DRAFT): Support(SupportLevel.UNSUPPORTED, "Pwinty has no way to hold an order"),
        (Capability.HOLD_ORDER, PLACED): Support(SupportLevel.UNSUPPORTED, "Pwinty has no way to hold an order"),
        (Capability.REQUEST_PAYMENT, DRAFT): NATIVE,
        (Capability.REQUEST_PAYMENT, PLACED): _NOT_PLACED,
        (Capability.LIST_PRODUCTS, DRAFT): NATIVE,
        (Capability.LIST_PRODUCTS, PLACED): NATIVE,
        (Capability.LIST_COUNTRIES, DRAFT): NATIVE,
        (Capability.LIST_COUNTRIES, PLACED): NATIVE,
        (Capability.ISSUES, DRAFT): NATIVE,
        (Capability.ISSUES, PLACED): NATIVE,
        (Capability.NOTICES, DRAFT): _NOTICES,
        (Capability.NOTICES, PLACED): _NOTICES,
        (Capability.REQUEST, DRAFT): NATIVE,
        (Capability.REQUEST, PLACED): NATIVE,
    },
)

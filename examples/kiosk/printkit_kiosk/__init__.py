"""Kiosk, an invented shop: what kind of shop it is and what it can do, as data. Importing this imports none of its parts."""

from printkit.model import OrderStatus
from printkit.provider import NATIVE, Capability, ProviderInfo, Stage, Support, SupportLevel

DRAFT, PLACED = Stage.DRAFT, Stage.PLACED

CLOSED = Support(SupportLevel.UNSUPPORTED, "Kiosk takes no changes once an order is placed")
NEVER = Support(SupportLevel.UNSUPPORTED, "Kiosk has no call for it")
BY_PRINTS = Support(
    SupportLevel.UNSUPPORTED, "Kiosk has no call for one print: cancel the order and place another"
)

INFO = ProviderInfo(
    kind="kiosk",
    title="Kiosk",
    settings="printkit_kiosk.config:Settings",
    adapter="printkit_kiosk.adapter:Kiosk",
    emulator="printkit_kiosk.emulator:Shop",
    base_path="/kiosk/v1",
    unique_references=True,
    never_says=frozenset(
        {
            OrderStatus.AWAITING_PAYMENT,
            OrderStatus.ON_HOLD,
            OrderStatus.ACTION_REQUIRED,
            OrderStatus.PARTIALLY_SHIPPED,
            OrderStatus.DELIVERED,
            OrderStatus.TEST,
        }
    ),
    support={
        (Capability.CREATE_ORDER, DRAFT): NATIVE,
        (Capability.ADD_PHOTOS, DRAFT): NATIVE,
        (Capability.ADD_PHOTOS, PLACED): CLOSED,
        (Capability.GET_ORDER, DRAFT): NATIVE,
        (Capability.GET_ORDER, PLACED): NATIVE,
        (Capability.LIST_ORDERS, DRAFT): NATIVE,
        (Capability.LIST_ORDERS, PLACED): NATIVE,
        (Capability.VALIDATE, DRAFT): Support(
            SupportLevel.EMULATED, "only looks whether there are prints and an address"
        ),
        (Capability.SUBMIT, DRAFT): NATIVE,
        (Capability.UPDATE_RECIPIENT, DRAFT): NEVER,
        (Capability.CANCEL_ITEMS, DRAFT): BY_PRINTS,
        (Capability.SWAP_SKU, DRAFT): BY_PRINTS,
        (Capability.REPLACE_ARTWORK, DRAFT): BY_PRINTS,
        (Capability.CANCEL_ORDER, DRAFT): NATIVE,
        (Capability.CANCEL_ORDER, PLACED): NATIVE,
        (Capability.HOLD_ORDER, PLACED): NEVER,
        (Capability.NOTICES, PLACED): Support(
            SupportLevel.NATIVE, "a hint only: the order is read back"
        ),
        (Capability.REQUEST, DRAFT): NATIVE,
        (Capability.REQUEST, PLACED): NATIVE,
    },
)

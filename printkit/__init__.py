"""One vocabulary for ordering prints from several print-on-demand shops, for asyncio programs: ``async with printkit.connect() as kit``.

Names are loaded when they are first used (PEP 562), so that importing printkit costs next to nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .catalogue import Country, Product, ProductList
    from .checkup import CheckReport, ConnectionCheck, Finding, FindingCode
    from .connecting import connect
    from .errors import (
        AuthenticationError,
        ConfigError,
        ConflictError,
        FieldProblem,
        InvalidRequestError,
        JournalError,
        NotFoundError,
        NotSentError,
        OutcomeUnknownError,
        PrintKitError,
        ProviderDownError,
        ProviderError,
        RateLimitedError,
        RejectedError,
        RunStoppedError,
        StillWaitingError,
        TransportError,
        UnreadableAnswerError,
        UnsupportedOperationError,
    )
    from .exchange import Effect, Request, Response
    from .kit import PrintKit
    from .model import (
        Artwork,
        ArtworkStatus,
        Issue,
        Item,
        Money,
        NewOrder,
        Order,
        OrderRef,
        OrderStatus,
        Payment,
        Photo,
        Problem,
        ProblemCode,
        Receipt,
        Recipient,
        Severity,
        Shipment,
        Sizing,
        ValidationReport,
    )
    from .notices import Notice, NoticeShipment
    from .otel import OpenTelemetryHook
    from .outcomes import Applied, NotApplied, ReconcileHandle, Unknown
    from .paging import Page, Pager
    from .provider import Capability, Catalogue, Issues, Notices, PrintProvider, ProviderInfo, Stage, Support, SupportLevel
    from .secret import Secret
    from .telemetry import Hook, LoggingHook

_HOMES = {
    "catalogue": "Country Product ProductList",
    "checkup": "CheckReport ConnectionCheck Finding FindingCode",
    "connecting": "connect",
    "errors": (
        "AuthenticationError ConfigError ConflictError FieldProblem InvalidRequestError JournalError NotFoundError NotSentError "
        "OutcomeUnknownError PrintKitError ProviderDownError ProviderError RateLimitedError RejectedError RunStoppedError "
        "StillWaitingError TransportError UnreadableAnswerError UnsupportedOperationError"
    ),
    "exchange": "Effect Request Response",
    "kit": "PrintKit",
    "model": (
        "Artwork ArtworkStatus Issue Item Money NewOrder Order OrderRef OrderStatus Payment Photo Problem ProblemCode "
        "Receipt Recipient Severity Shipment Sizing ValidationReport"
    ),
    "notices": "Notice NoticeShipment",
    "otel": "OpenTelemetryHook",
    "outcomes": "Applied NotApplied ReconcileHandle Unknown",
    "paging": "Page Pager",
    "provider": "Capability Catalogue Issues Notices PrintProvider ProviderInfo Stage Support SupportLevel",
    "secret": "Secret",
    "telemetry": "Hook LoggingHook",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__version__ = "0.1.0"

__all__ = [
    "Applied",
    "Artwork",
    "ArtworkStatus",
    "AuthenticationError",
    "Capability",
    "Catalogue",
    "CheckReport",
    "ConfigError",
    "ConflictError",
    "ConnectionCheck",
    "Country",
    "Effect",
    "FieldProblem",
    "Finding",
    "FindingCode",
    "Hook",
    "InvalidRequestError",
    "Issue",
    "Issues",
    "Item",
    "JournalError",
    "LoggingHook",
    "Money",
    "NewOrder",
    "NotApplied",
    "NotFoundError",
    "NotSentError",
    "Notice",
    "NoticeShipment",
    "Notices",
    "OpenTelemetryHook",
    "Order",
    "OrderRef",
    "OrderStatus",
    "OutcomeUnknownError",
    "Page",
    "Pager",
    "Payment",
    "Photo",
    "PrintKit",
    "PrintKitError",
    "PrintProvider",
    "Problem",
    "ProblemCode",
    "Product",
    "ProductList",
    "ProviderDownError",
    "ProviderError",
    "ProviderInfo",
    "RateLimitedError",
    "Receipt",
    "Recipient",
    "ReconcileHandle",
    "RejectedError",
    "Request",
    "Response",
    "RunStoppedError",
    "Secret",
    "Severity",
    "Shipment",
    "Sizing",
    "Stage",
    "StillWaitingError",
    "Support",
    "SupportLevel",
    "TransportError",
    "Unknown",
    "UnreadableAnswerError",
    "UnsupportedOperationError",
    "ValidationReport",
    "connect",
]

if not TYPE_CHECKING:  # hidden from type checkers, else every misspelt name would pass

    def __getattr__(name):
        home = _HOME_OF.get(name)
        if home is None:
            raise AttributeError(f"module 'printkit' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f".{home}", __name__), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *__all__})

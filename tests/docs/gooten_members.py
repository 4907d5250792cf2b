"""Every parameter and member that there is at Gooten, by the page's headings: as documented, in samples, read and sent, and answered.

The vendor's pages are copied out below by hand; everything else is asked of the code and of the emulator.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from printkit.drafts import Draft
from printkit.model import Artwork, NewOrder, Photo, Recipient
from printkit.providers.gooten import endpoints, translate, wire
from printkit.providers.gooten.emulator.routes import ROUTES
from tests.docs.page import ROOT, objects
from tests.providers.gooten.emulator_client import ADDRESS, CANVAS, KEY, LINE, Client

SAMPLES = ROOT / "tests/samples/gooten"
_ADDRESS = "FirstName LastName Line1 Line2 City State PostalCode CountryCode Email Phone IsBusinessAddress"
_PRICE = "Price CurrencyCode FormattedPrice CurrencyFormat CurrencyDigits"
_BY_NUMBER = "orderId recipeid partnerBillingKey"
_PRECONFIGURED = "Sku Name Description Price Items ProductId ProductVariantSku Preconfigurations SpaceId Url Images"
_SOLD = "countryCode currencyCode languageCode all partnerBillingKey"

DOCUMENTED = {
    "Every request": "recipeid partnerBillingKey languageCode currencyCode",
    "`POST /orders`": "ShipToAddress BillingAddress Items Payment SourceId IsPartnerSourceIdUnique IsInTestMode IsPreSubmit CouponCodes "
    "CouponCode Meta IsPackingSlipEnabled",
    "`ShipToAddress`": _ADDRESS,
    "`BillingAddress`": _ADDRESS,
    "`Items`": "SKU Quantity ShipType ShipCarrierMethodId Images SourceId Meta IsPreconfiguredSku",
    "`Images`": "Url Index ThumbnailUrl ManipCommand SpaceId",
    "`Payment`": "PartnerBillingKey CurrencyCode Total BraintreeEncryptedCCNumber BraintreeEncryptedCCExpDate BraintreeEncryptedCCV "
    "BraintreePaymentNonce PayPalPayKey",
    "`GET /orders`": "id languageCode withImages recipeid",
    "`GET /ordersearch`": "recipeid partnerBillingKey genericValues lastName email postalCode startDate endDate uniqueUserId partnerId "
    "pageSize page",
    "`POST /orderstatus`": "recipeid partnerBillingKey id orderStatusName",
    "`PUT /OrderImages`": f"{_BY_NUMBER} OrderItemId SpaceId URL",
    "`PUT /orderItems`": f"{_BY_NUMBER} OrderItemId NewPRPSku",
    "`PUT /orderCancel`": f"{_BY_NUMBER} Ids",
    "`PUT /shippingAddress`": f"{_BY_NUMBER} {_ADDRESS}",
    "`POST /shippingprices`": "ShipToPostalCode ShipToCountry ShipToState CurrencyCode LanguageCode Items SKU Quantity partnerBillingKey",
    "`POST /imagevalidation`": "Sku Images SpaceId Width Height",
    "`GET /addressvalidation`": "line1 line2 city state postalCode countryCode",
    "`GET /products`": _SOLD,
    "`GET /productvariants`": f"productId {_SOLD} page pageSize compression",
    "Order": "Id NiceId SourceId SouceId GootenId Items Total ShippingTotal DiscountAmount DiscountCode BillingAddress ShippingAddress "
    "Meta",
    "Item": "OrderItemId Sku ProductId Product Quantity Status TrackingNumber TrackingUrl ShipCarrierName Price DiscountAmount SourceId "
    "Meta Shipments Images",
    "Image": "SourceUrl SpaceId ThumbnailUrl OrderItemId",
    "Shipment": "TrackingNumber TrackingUrl ShipCarrierName",
    "Address": _ADDRESS,
    "Price": _PRICE,
    "Search": "Orders TotalPages Page HadError",
    "A submission": "Id HadError",
    "A change": "HadError Result Id",
    "Replaced artwork": "HadError UpdatedItems UpdatedOrderItems",
    "Cancelled items": "HadError Success Errors",
    "A changed status": "HadError",
    "Shipping options": "Result SKUs ShipOptions Id MethodType MethodId Name CarrierName CarrierLogoUrl Price PartnerPrice "
    "EstBusinessDaysTilDelivery HadError Errors",
    "Image check": "HadError Issues PropertyName ErrorMessage AttemptedValue",
    "Address check": "IsValid Reason Score ProposedAddress City CountryCode PostalCode StateOrProvinceCode StreetLines",
    "Product": "Id UId Name ShortDescription HasAvailableProductVariants HasProductTemplates IsFeatured IsComingSoon FeaturedIndex MaxZoom "
    "RetailPrice PriceInfo PartnerPriceInfo Info Images Categories",
    "Variant": "Options PriceInfo PartnerPriceInfo Sku MaxImages HasTemplates",
    "Option of a variant": "OptionId ValueId Name Value ImageUrl ImageType RgbaColor CmValue SortValue",
    "Country": "Name Code IsSupported MeasurementCode FlagUrl DefaultCurrency",
    "Errors": "HadError ErrorReferenceCode Errors PropertyName ErrorMessage AttemptedValue CustomState Message ExceptionMessage "
    "ExceptionType StackTrace",
}
"""The vendor's pages (seeds 000 to 003, reference sections 5 to 16), by the page's headings: parameters, members of answers."""

NOT_USED = {
    "PUT /shippingMethod": f"{_BY_NUMBER} OrderItemIds NewShippingMethod HadError Result Id",
    "PUT /OrderCustomization": "recipeId partnerBillingKey id OrderItemId SpaceId URL HadError Result Id",
    "GET /orderbilling": "orderid recipeId partnerBillingKey currency HadError Result OrderSubtotal Total",
    "POST /priceestimate": "ShipToAddress Items Payment CouponCodes Shipping Tax HadCouponApply Coupons CouponInfo CouponSavings HadError",
    "POST /price": "ShipToAddress Items Payment ItemsPrice SKU PartnerPrice CustomerPrice HadError",
    "GET /shippriceestimate": "productId countryCode currencyCode MinPrice MaxPrice VendorCountryCode CanShipExpedited EstShipDays",
    "GET /currencyconversion": f"fromCurrencyCode toCurrencyCode amount {_PRICE}",
    "GET /producttemplates": "sku languageCode Options Name ImageUrl IsDefault Category IsPartnerSpecific Spaces Id Description Index "
    "DefaultRotation FinalX1 FinalX2 FinalY1 FinalY2 Layers Type ZIndex X1 X2 Y1 Y2 Color BackgroundImageUrl OverlayImageUrl "
    "IncludeInPrint FontName FontSize FontHAlignment FontVAlighment DefaultText",
    "GET /currencies": "Currencies Name Code Format",
    "GET /userinfo": "LanguageCode CountryCode CountryName CurrencyName CurrencyCode CurrencyFormat",
    "GET /languages": "languageCode key",
    "GET /paymentvalidation": "OrderId PayPalKey IsValid",
    "POST /images": "Price",
    "GET /images": "Price",
    "POST /productpreview": "SKU Template MaxWidth MaxHeight Images SpaceId LayerId Image Url MaxFit X1 X2 Y1 Y2 HadError ErrorMessage",
    "GET /prpproducts": "page PageCount Page Products ProductName NumberOfVariants HadError",
    "GET /prpvariants": "page productName PageCount Page Variants ProductName Sku Name ImageUrl HadError",
    "GET /printreadyproducts": "page",
    "POST /printreadyproducts": "SpaceId SpaceDesc",
    "PUT /printreadyproducts": "",
    "PUT /printreadyproducts/{sku}": "",
    "DELETE /printreadyproducts/{sku}": "",
    "GET /printreadyproducts/variants": "page productName",
    **{f"{method} /preconfiguredproducts": _PRECONFIGURED for method in ("GET", "POST", "PUT", "DELETE")},
    "GET /braintreeclienttoken": "",
    "POST /ErrorReport": "",
}
"""What no verb uses, by endpoint: parameters and members (reference sections 8 and 13 to 16)."""

WIRE: dict[str, type[msgspec.Struct]] = {
    "Order": wire.Order,
    "Item": wire.Item,
    "Search": wire.Found,
    "A submission": wire.Submitted,
    "Cancelled items": wire.Cancelled,
    "Shipping options": wire.ShipOptions,
    "Image check": wire.ImageCheck,
    "Address check": wire.AddressCheck,
    "Product": wire.ProductHead,
    "Variant": wire.Variant,
    "Country": wire.CountryHead,
}

OF_AN_ERROR = {"HadError", "ErrorReferenceCode", "Errors", "Message"}
"""Any answer may hold them: they stand in the table of errors, and where a page of the vendor's names them."""

SERVED = {f"{route.method} /{route.path}" for route in ROUTES}
USED = {value for name, value in vars(endpoints).items() if name.isupper() and isinstance(value, str)}

KINDS = {
    "orders-get": "Order",
    "ordersearch": "Search",
    "orders-post": "A submission",
    "orderItems": "A change",
    "shippingUpdate": "A change",
    "OrderImages": "Replaced artwork",
    "orderCancel": "Cancelled items",
    "orderstatus": "A changed status",
    "shippingprices": "Shipping options",
    "imagevalidation": "Image check",
    "addressvalidation": "Address check",
    "countries": "Countries",
    "products": "Products",
    "productvariants": "Variants",
    "error": "Errors",
    "webhook": "Order",
}
"""By the first word of a sample's name: what it is."""

INSIDE = {
    ("Order", "Items"): "Item",
    ("Order", "BillingAddress"): "Address",
    ("Order", "ShippingAddress"): "Address",
    ("Order", "Total"): "Price",
    ("Order", "ShippingTotal"): "Price",
    ("Item", "Price"): "Price",
    ("Item", "Images"): "Image",
    ("Item", "Shipments"): "Shipment",
    ("Search", "Orders"): "Order",
    ("A change", "Result"): "A change",
    ("Replaced artwork", "UpdatedItems"): "Replaced artwork",
    ("Shipping options", "Result"): "Shipping options",
    ("Shipping options", "ShipOptions"): "Shipping options",
    ("Image check", "Issues"): "Image check",
    ("Address check", "ProposedAddress"): "Address check",
    ("Products", "Products"): "Product",
    ("Variants", "ProductVariants"): "Variant",
    ("Variant", "Options"): "Option of a variant",
    ("Countries", "Countries"): "Country",
    ("Errors", "Errors"): "Errors",
}


def answered() -> Iterator[tuple[str, Any]]:
    """Bodies, by the heading of what they are: those of the samples, and those that the emulator gives."""
    yield from of_the_emulator()
    for path in SAMPLES.glob("*.json"):
        kind, _, rest = path.name.partition(".")
        body = json.loads(path.read_bytes())
        failed = isinstance(body, dict) and "ErrorReferenceCode" in body
        if kind in KINDS and not rest.startswith("request"):
            yield "Errors" if failed else KINDS[kind], body


def of_the_emulator() -> Iterator[tuple[str, Any]]:
    client = Client()
    order = client.submit({**LINE, "SourceId": "1"}, SourceId="s")
    client.shop.control(("orders", order["Id"], "status"), {"status": "Shipped"})
    wanted = {"ShipToPostalCode": "10038", "ShipToCountry": "US", "CurrencyCode": "USD", "Items": [{"SKU": CANVAS, "Quantity": 1}]}
    yield "Order", client.order(order["Id"])
    yield "Search", client.get("ordersearch").json
    yield "Shipping options", client.post("shippingprices", wanted).json
    yield "Image check", client.post("imagevalidation", {"Sku": CANVAS, "Images": [{"SpaceId": "x", "Width": 1, "Height": 1}]}).json
    yield "Address check", client.get("addressvalidation", line1="x", city="y", countryCode="US").json
    yield "Products", client.get("products", countryCode="US").json
    yield "Variants", client.get("productvariants", productId="43", countryCode="US").json
    yield "Countries", client.get("countries").json
    yield "Errors", client.get("orders", id="7-nobody").json
    yield "Errors", client.post("orders", {"ShipToAddress": ADDRESS}).json


def submission(*, is_test: bool = True) -> dict[str, Any]:
    """What the adapter sends for an order in which everything is said."""
    recipient = Recipient("Tom Smith", "1", "2", "c", "s", "p", "GB", "a@example.com", "1")
    photos = [Photo(CANVAS, Artwork(url="http://a.example/b", space="CC38D"))]
    draft = Draft.of("gooten", "r", NewOrder(recipient, "r", metadata={"a": "b"})).with_photos(photos)
    return translate.new_order_body(draft, email=None, phone=None, shipping="standard", is_test=is_test)


def sent() -> Iterator[tuple[str, Iterable[str]]]:
    """What the adapter sends, and the samples of requests."""
    named = ("standard", "prp", "test-mode", "ship-type", "presubmit-paypal")
    samples = [json.loads((SAMPLES / f"orders-post.request.{name}.json").read_bytes()) for name in named]
    for body in (submission(), *samples):
        yield "`POST /orders`", body
        yield "`ShipToAddress`", body["ShipToAddress"]
        yield "`BillingAddress`", body["BillingAddress"]
        yield "`Payment`", body.get("Payment", {"PartnerBillingKey": KEY})
        for line in body["Items"]:
            yield "`Items`", line
            for image in line.get("Images", ()):
                yield "`Images`", image
    for name, heading in (
        ("OrderImages.request.single", "`PUT /OrderImages`"),
        ("orderItems.request", "`PUT /orderItems`"),
        ("orderCancel.request", "`PUT /orderCancel`"),
        ("shippingAddress.request", "`PUT /shippingAddress`"),
        ("shippingprices.request", "`POST /shippingprices`"),
        ("imagevalidation.request", "`POST /imagevalidation`"),
    ):
        yield heading, json.loads((SAMPLES / f"{name}.json").read_bytes())


def expected() -> dict[str, set[str]]:
    found = {heading: set(names.split()) for heading, names in DOCUMENTED.items()}
    for heading, struct in WIRE.items():
        found[heading].update({field.encode_name for field in msgspec.structs.fields(struct)} - OF_AN_ERROR)
    for kind, body in answered():
        for heading, each in objects(kind, body, INSIDE):
            if heading in found:
                found[heading].update(each)
    for heading, members in sent():
        found[heading] |= set(members)
    return found


EXPECTED = expected()

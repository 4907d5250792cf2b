import pytest

from tests.providers.pwinty.emulator_client import Client, sample


@pytest.fixture
def client() -> Client:
    return Client()


def items(client: Client, country: str, quality: str) -> dict[str, dict[str, object]]:
    return {item["name"]: item for item in client.get(f"/Catalogue/{country}/{quality}").json["items"]}


def test_a_catalogue_has_the_documented_members(client: Client) -> None:
    answer = client.get("/Catalogue/GB/Pro")
    documented = sample("catalogue.200.with-shipping-method.json")

    assert answer.status == 200
    assert answer.json.keys() == documented.keys()
    assert (answer.json["country"], answer.json["countryCode"], answer.json["qualityLevel"]) == ("UNITED KINGDOM", "GB", "Pro")
    assert {frozenset(item) for item in answer.json["items"]} == {frozenset(documented["items"][0])}
    assert {frozenset(rate) for rate in answer.json["shippingRates"]} == {frozenset(documented["shippingRates"][0])}


@pytest.mark.parametrize("name", ["10x10", "5x5"])
def test_recorded_items(client: Client, name: str) -> None:
    recorded = {item["name"]: item for item in sample("catalogue.200.recorded-v2.6-shape.json")["items"]}

    assert items(client, "GB", "Pro")[name] == recorded[name]


def test_the_seeds_item(client: Client) -> None:
    seed = sample("catalogue.200.seed.json")["items"][0]
    answered = items(client, "GB", "Pro")["10x12"]

    assert {name: answered[name] for name in seed} == seed


@pytest.mark.parametrize(
    ("where", "description", "image", "product", "unit", "resolution"),
    [
        ("GB/Pro", "4x6 inch print", (4, 6), (4, 6), "inches", (600, 900)),
        ("GB/Pro", "4x18 poster mounted in 10x24 frame", (4, 18), (10, 24), "inches", (600, 2700)),
        ("AU/Standard", "20x30 inch gallery wrapped canvas on 1.25 inch stretchers", (22.75, 32.75), (20, 30), "inches", (3413, 4913)),
        ("IE/Standard", "9x12 cm print", (9, 12), (9, 12), "cm", (540, 720)),
    ],
)
def test_items_that_real_clients_look_for(
    client: Client, where: str, description: str, image: object, product: object, unit: str, resolution: object
) -> None:
    (item,) = (item for item in client.get(f"/Catalogue/{where}").json["items"] if item["description"] == description)

    assert (item["imageHorizontalSize"], item["imageVerticalSize"]) == image
    assert (item["fullProductHorizontalSize"], item["fullProductVerticalSize"]) == product
    assert (item["recommendedHorizontalResolution"], item["recommendedVerticalResolution"]) == resolution
    assert item["sizeUnits"] == unit


def test_the_first_rate_for_prints_is_second_class(client: Client) -> None:
    rate = next(rate for rate in client.get("/Catalogue/GB/Standard").json["shippingRates"] if rate["band"] == "Prints")

    assert (rate["description"], rate["priceGBP"], rate["isTracked"]) == ("2nd Class Royal Mail", 199, False)


@pytest.mark.parametrize(
    ("where", "sold", "not_sold"), [("GB/Standard", "4x6", "4x18"), ("US/Pro", "8x12", "9x12_cm"), ("FR/Standard", "9x12_cm", "4x6")]
)
def test_what_is_sold_where(client: Client, where: str, sold: str, not_sold: str) -> None:
    names = items(client, *where.split("/"))

    assert sold in names
    assert not_sold not in names


@pytest.mark.parametrize("where", ["AU/Pro", "AF/Pro", "af/standard", "AN/PRO"])
def test_a_country_that_sells_nothing_has_empty_lists(client: Client, where: str) -> None:
    answer = client.get(f"/catalogue/{where}")

    assert (answer.status, answer.json["items"], answer.json["shippingRates"]) == (200, [], [])


@pytest.mark.parametrize(
    ("path", "name"), [("/Catalogue/XX/Pro", "catalogue.404.country.json"), ("/Catalogue/GB/Gold", "catalogue.404.quality.json")]
)
def test_unknown_country_or_quality(client: Client, path: str, name: str) -> None:
    answer = client.get(path)

    assert (answer.status, answer.json) == (404, sample(name))


@pytest.mark.parametrize("path", ["/Catalogue", "/Catalogue/GB"])
def test_a_catalogue_of_nowhere(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status, answer.json.keys()) == (404, sample("catalogue.404.seed.json").keys())


def test_countries(client: Client) -> None:
    found = {country["countryCode"]: country for country in client.get("/Country").json}

    assert len(found) > 240
    assert [found[country["countryCode"]] for country in sample("countries.200.json")] == sample("countries.200.json")
    assert {code for code, country in found.items() if country["hasProducts"]} == {"GB", "US", "AU", "IE", "FR", "DE"}


def test_every_country_has_a_catalogue_in_both_qualities(client: Client) -> None:
    for country in client.get("/Country").json:
        for quality in ("Pro", "Standard"):
            answer = client.get(f"/Catalogue/{country['countryCode']}/{quality}")
            assert (answer.status, answer.json["country"]) == (200, country["name"])
            assert isinstance(answer.json["items"], list)

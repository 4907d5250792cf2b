"""What Gooten sells, product by product, also when one of the requests fails."""

import pytest

import printkit
from printkit import AuthenticationError
from printkit.emulator.faults import Fault, Status
from printkit.providers.gooten.emulator import Shop
from printkit.server.emulator import EmulatorServer


async def test_one_failing_request_is_the_failure_of_all() -> None:
    async with EmulatorServer([Shop()], tick=None) as server:
        server.faults.add(Fault(Status(401, '{"Message": "Invalid recipeId"}'), path="/api/productvariants", first=3))
        async with printkit.connect(f"gooten+emulator://127.0.0.1:{server.port}", environ={}) as kit:
            with pytest.raises(AuthenticationError):
                await kit.list_products(country="GB")


async def test_a_sku_says_its_options_in_its_name_and_leaves_none_to_choose() -> None:
    async with printkit.connect("gooten+emulator://", environ={}) as kit:
        sold = await kit.list_products(country="GB")
    [canvas] = [product for product in sold.products if product.sku == "CanvsWrp-BlkWrp-5x7"]
    assert canvas.name == "Canvas Wraps, 5x7 inch, Black Wrap, Rectangle"  # the sample productvariants.response.json
    assert canvas.attributes == ()

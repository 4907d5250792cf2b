"""What Pwinty would answer to a write that is not sent, where a verb goes on with it: for dry runs. Promises nothing of the real answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...exchange import Response
from ...writes import NEW
from . import wire


def created(body: Mapping[str, Any]) -> Response:
    """To ``POST /Orders``."""
    return _answer({**body, "id": NEW, "status": "NotYetSubmitted", "photos": []})


def added(bodies: Sequence[Mapping[str, Any]]) -> Response:
    """To ``POST /Orders/{id}/Photos``, or to a batch of them."""
    photos = [{**body, "id": NEW, "status": "NotYetDownloaded"} for body in bodies]
    return _answer(photos[0] if len(photos) == 1 else {"items": photos})


def _answer(document: object) -> Response:
    return Response(200, body=wire.write(document))

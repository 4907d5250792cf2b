"""The operations that read what Pwinty sells and where: catalogue and countries. Knows no HTTP.

Rules: seed 004 ("Products", "Countries"); reference/pwinty-api.md sections 7.12 and 7.13.
"""

from . import answers
from .answers import Json
from .calls import Call
from .catalogue import catalogue, quality_level
from .countries import COUNTRIES
from .refusals import missing
from .state import Workshop


def products(workshop: Workshop, call: Call) -> Json:
    """``GET /Catalogue/{countryCode}/{qualityLevel}``: a known country that sells nothing answers with empty lists."""
    given, level = call.words["country"], call.words["quality"]
    country = given.upper()
    if country not in COUNTRIES:
        raise missing(f"Country with code {given} not found")
    quality = quality_level(level)
    if quality is None:
        raise missing(f"QualityLevel {level} not found")
    return answers.catalogue(country, quality, catalogue(country, quality), workshop.options)


def no_products(workshop: Workshop, call: Call) -> Json:
    """``GET /Catalogue`` without a country or a quality level (the seed's sample of an error)."""
    if "country" in call.words:
        raise missing("QualityLevel not found")
    raise missing("Country not found")


def countries(workshop: Workshop, call: Call) -> list[Json]:
    """``GET /Country``: a bare array."""
    return answers.countries(workshop.options)

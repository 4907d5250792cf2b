"""Pwinty v2.5 as the shop itself: the front door of its emulator. Refuses to know how we talk to it."""

from .options import Automatic, Options
from .shop import Shop

__all__ = ["Automatic", "Options", "Shop"]

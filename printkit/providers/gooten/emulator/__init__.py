"""Gooten as the shop itself: the front door of its emulator. Refuses to know how we talk to it."""

from .options import Automatic, Coupon, Options, ReadyMade
from .shop import Shop

__all__ = ["Automatic", "Coupon", "Options", "ReadyMade", "Shop"]

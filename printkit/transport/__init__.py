"""Sends one Request and brings back its Response, at most as often as its effect allows; refuses to know orders, shops and settings."""

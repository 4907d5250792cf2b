"""One folder per shop. Nothing outside a folder names its shop."""

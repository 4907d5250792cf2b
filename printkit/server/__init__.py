"""Everything that listens: emulated shops over real HTTP. Names no shop."""

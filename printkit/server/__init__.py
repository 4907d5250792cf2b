"""Everything that listens: emulated shops over real HTTP, and the receiver of notices. Names no shop."""

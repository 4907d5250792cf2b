"""What every emulated shop shares: clock, timers, effect ledger, notices, fault script, request bodies. Knows no shop and does no I/O."""

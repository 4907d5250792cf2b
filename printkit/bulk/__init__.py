"""Very many changes, each exactly once as far as anybody can tell: results, the engine, the journal. Knows no shop and no kit."""

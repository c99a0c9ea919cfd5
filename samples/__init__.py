"""Plans of our own writing: their sources, true texts, gold records, and the scripts that print and age them."""

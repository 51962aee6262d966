"""Each format of a site's tables, as the programs write it."""

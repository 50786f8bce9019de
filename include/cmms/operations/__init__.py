"""Work of the people who run a site: the diagnosis."""

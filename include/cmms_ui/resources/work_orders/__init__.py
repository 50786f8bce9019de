"""Work orders, and what people do with them."""

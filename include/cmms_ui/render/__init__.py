"""Parts that pages and widgets are made of: plain functions, data in, component out."""

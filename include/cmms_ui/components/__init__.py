"""Parts that pages are made of: plain functions, data in, component out."""

"""The vocabulary of which pages are made, and the words and colours of statuses."""

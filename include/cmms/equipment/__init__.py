"""What people do with machines, plants, groups and classification rules."""

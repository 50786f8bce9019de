"""What people do with rejected records: correct, replay, discard, create what they wait for."""

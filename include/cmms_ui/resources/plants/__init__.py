"""Plants, and the choice of a plant in forms and filters."""

"""The data that measurements are made on."""

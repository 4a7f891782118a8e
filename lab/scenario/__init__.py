"""What the scenarios are made of: the model, the loader, the matrix. No I/O but reading the file."""

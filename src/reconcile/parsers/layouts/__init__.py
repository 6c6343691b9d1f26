"""One file per export layout; each has a `LAYOUT` that says which documents it claims and reads them."""

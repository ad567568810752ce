"""Projects that mean harm, and what stops each of them."""

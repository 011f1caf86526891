"""How dates are typed and shown where Django's own formats of a language are not those of Europe."""

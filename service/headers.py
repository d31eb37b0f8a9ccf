"""Headers that keep browsers careful."""

CAREFUL = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]
DATA = [
    *CAREFUL,
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
# The pages hold their own scripts and styles; nothing comes from elsewhere.
_INLINE = "'self' 'unsafe-inline'"
PAGE = [
    *CAREFUL,
    (
        "Content-Security-Policy",
        f"default-src 'self'; script-src {_INLINE}; style-src {_INLINE}; img-src 'self' data:; "
        "frame-ancestors 'none'",
    ),
]

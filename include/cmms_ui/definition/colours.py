"""Contrast of colours as WCAG 2.2 defines it. Colours are ``#rrggbb``."""

from __future__ import annotations

TEXT_CONTRAST, GRAPHICS_CONTRAST = 4.5, 3.0
_STEPS = 50


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, into: str, share: float) -> str:
    """``share`` of ``into``, the rest of ``colour``."""
    pairs = zip(_channels(colour), _channels(into), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def make_readable(colour: str, on: str, least: float) -> str:
    """The colour, or the nearest darker or lighter shade of it that has that contrast with the background."""
    towards = "#000000" if _luminance(on) > 0.18 else "#ffffff"
    shades = (mix(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in shades if contrast(shade, on) >= least)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [value / 255 for value in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""Every colour of the view, light and dark, in one table. ``make_stylesheet.py`` makes CSS variables of it.

A status has a tone (``status.py``): ``good`` is text, ``good-soft`` what is behind it, ``good-mark`` bars and lines.
Text has a contrast of at least 4.5 with what it stands on, marks one of 3; a test computes them all.
"""

from __future__ import annotations

from cmms_ui.definition.colours import GRAPHICS_CONTRAST, TEXT_CONTRAST, make_readable, mix

LIGHT: dict[str, str] = {
    "back": "#ffffff", "card": "#ffffff", "soft": "#f6f7f9", "line": "#e4e4e7", "text": "#18181b", "dim": "#5b5b66",
    "good": "#08655a", "good-soft": "#e0f5f0", "good-mark": "#0c9483",
    "info": "#1455b0", "info-soft": "#e3eefc", "info-mark": "#3b82f6",
    "warn": "#7f4f00", "warn-soft": "#fdf1d3", "warn-mark": "#c07a00",
    "bad": "#b3172b", "bad-soft": "#fde7ea", "bad-mark": "#dc3545",
    "idle": "#52525b", "idle-soft": "#eeeef1", "idle-mark": "#85858f",
    "other-mark": "#d9480f", "third-mark": "#9c36b5",
}  # fmt: skip
DARK: dict[str, str] = {
    "back": "#18181b", "card": "#212126", "soft": "#212126", "line": "#34343b", "text": "#ececef", "dim": "#a6a6b2",
    "good": "#5fd9c1", "good-soft": "#103a34", "good-mark": "#2bb39c",
    "info": "#8fc0ff", "info-soft": "#16304f", "info-mark": "#5a9cf8",
    "warn": "#f3c969", "warn-soft": "#40310b", "warn-mark": "#d9a520",
    "bad": "#ff9aa5", "bad-soft": "#4b1820", "bad-mark": "#f0616f",
    "idle": "#bdbdc7", "idle-soft": "#303038", "idle-mark": "#8b8b96",
    "other-mark": "#ff8a4c", "third-mark": "#cc7be0",
}  # fmt: skip
WHITE = "#ffffff"


def brand_tokens(colour: str) -> tuple[dict[str, str], dict[str, str]]:
    """The brand colour as text, surface, button and mark: for light, for dark."""
    made = []
    for palette, share in ((LIGHT, 0.89), (DARK, 0.72)):
        soft = mix(colour, palette["back"], share)
        made.append(
            {
                "brand": make_readable(make_readable(colour, soft, TEXT_CONTRAST), palette["card"], TEXT_CONTRAST),
                "brand-soft": soft,
                "brand-fill": make_readable(colour, WHITE, TEXT_CONTRAST),
                "brand-mark": make_readable(colour, palette["card"], GRAPHICS_CONTRAST),
            }
        )
    return made[0], made[1]

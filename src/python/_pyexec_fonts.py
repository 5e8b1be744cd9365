"""Lets matplotlib draw text in every script that a font is installed for.

Matplotlib draws a glyph that a font lacks with another one of font.family; it
has one there, and so do the styles of seaborn.  Here a text's fonts are added
to that when the text is set.  No font is added for what the default font has:
text that it can draw looks as ever, and costs no more.
"""

import bisect
import functools
import logging
import os

directory = None       # fonts= of the pool

_starts = []           # where ranges of characters begin, each with its font:
_owners = []           # an index of _fonts, or -1: the default font's or none's
_fonts = []            # what FontManager finds, the best first
_added = set()         # indices of _fonts


def add_directory(module):
    """Add directory's fonts to those of font_manager, and fall back on all."""
    logging.getLogger(module.__name__).addFilter(_is_new)
    manager = module.fontManager
    places = [directory] if directory is not None else []

    for path in sorted(module.findSystemFonts(places)):
        try:
            manager.addfont(path)
        except Exception as exc:
            logging.getLogger(module.__name__).warning(
                "%s cannot be loaded: %s", path, exc)

    find = getattr(type(manager), "_find_fonts_by_props", None)
    if find is None:
        return

    @functools.wraps(find)
    def find_all(self, prop, fontext="ttf", *args, **named):
        found = find(self, prop, fontext, *args, **named)
        if _added and fontext == "ttf":
            found += [font for font in map(_fonts.__getitem__, sorted(_added))
                      if font not in found]
        return found

    type(manager)._find_fonts_by_props = find_all


def _is_new(record, seen=set()):
    """Let what is logged for each text pass once: that a font is missing."""
    text = record.getMessage()
    new = text not in seen
    seen.add(text)
    return new


def watch_texts(module):
    """Add the fonts that a text needs before anything measures it."""
    set_text = module.Text.set_text

    @functools.wraps(set_text)
    def provide(self, s):
        if isinstance(s, str) and not s.isascii():
            _provide(s)
        return set_text(self, s)

    module.Text.set_text = provide


def watch_formulas(module):
    """Draw what the fonts for formulas lack, too: else it is a currency sign,
    and a warning is logged."""
    find = module.UnicodeFonts._get_glyph

    @functools.wraps(find)
    def _get_glyph(self, fontname, font_class, sym):
        if sym.isascii() or len(sym) > 1 or sym == _DUMMY:
            return find(self, fontname, font_class, sym)

        disabled, module._log.disabled = module._log.disabled, True
        try:
            found = find(self, fontname, font_class, sym)
        finally:
            module._log.disabled = disabled

        if found[1] != ord(_DUMMY):
            return found
        owner = _owner(sym)
        if owner != -1:
            return module.get_font(_fonts[owner]), ord(sym), False
        return find(self, fontname, font_class, sym)

    module.UnicodeFonts._get_glyph = _get_glyph


_DUMMY = "\xa4"


def _provide(text):
    _added.update(map(_owner, text))
    _added.discard(-1)


def _owner(character):
    if not _starts:
        survey()
    return _owners[bisect.bisect(_starts, ord(character)) - 1]


def survey():
    """Note which font has which character: the upright one of each family."""
    from matplotlib import font_manager

    owners, default = {}, font_manager.findfont(font_manager.FontProperties())
    _fonts[:] = []

    for name, font, characters in _families(font_manager):
        if font != default:
            _fonts.append(font)
            for character in characters:
                owners.setdefault(character, len(_fonts) - 1)

    owners.update(dict.fromkeys(_characters(default), -1))
    previous, owner = -1, -1
    _starts[:], _owners[:] = [0], [-1]

    for character in sorted(owners):
        if character != previous + 1 and owner != -1:
            owner = _append(previous + 1, -1)
        if owners[character] != owner:
            owner = _append(character, owners[character])
        previous = character
    _append(previous + 1, -1)


def _append(start, owner):
    _starts.append(start)
    _owners.append(owner)
    return owner


def _families(font_manager):
    """List names, fonts and characters: sans serif ones first, and of those
    the ones with the most characters.  Matplotlib's own are left out: those
    for formulas have other glyphs than their characters' in them."""
    own = os.path.join(font_manager.mpl.get_data_path(), "")
    best = {}

    for entry in font_manager.fontManager.ttflist:
        weight = font_manager.weight_dict.get(entry.weight, entry.weight)
        rank = entry.style != "normal", abs(weight - 400)
        if (not entry.fname.startswith(own)
                and (entry.name not in best or rank < best[entry.name][0])):
            best[entry.name] = rank, entry

    families = []
    for name, (_, entry) in best.items():
        font = entry.fname
        if hasattr(entry, "index"):
            font = font_manager.FontPath(font, entry.index)
        families.append((name, font, _characters(font)))

    return sorted(families, key=lambda family: (
        "Serif" in family[0] or "Mono" in family[0], -len(family[2]), family))


def _characters(font):
    from matplotlib.ft2font import FT2Font
    try:
        if hasattr(font, "face_index"):
            return list(FT2Font(str(font), face_index=font.face_index)
                        .get_charmap())
        return list(FT2Font(font).get_charmap())
    except Exception:
        return []     # a file that is no font any more

"""Numbers written in any script, so that 二〇二四年, ٢٠٢٤ and 2024 are the same year to a search."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

import regex

_FOREIGN_DIGIT = regex.compile(r"[\p{Nd}--[0-9]]", regex.V1)

_DIGITS = "〇零一壹壱二贰貳弐两兩三叁參参四肆五伍六陆陸七柒八捌九玖"
_SMALL_UNITS = "十拾百佰千仟백천"
_LARGE_UNITS = "万萬만億亿억兆조"
# What the Unicode character database gives no numeric value.
_VALUES = {"两": 2, "백": 10**2, "천": 10**3, "만": 10**4, "억": 10**8, "조": 10**12}

_PART = rf"\d+(?:\.\d+)?(?=[{_SMALL_UNITS}{_LARGE_UNITS}])|[{_DIGITS}十拾百佰千仟]"
_HAN = rf"(?:{_PART})(?:{_PART}|[{_SMALL_UNITS}{_LARGE_UNITS}])*+"
_COUNTER = regex.compile("[年月日号號時时点點歳岁人个個回次世名]")

# The gap between groups of three is one character throughout a number, so that a list or a date is not read as one.
_GROUPED = r"[1-9]\d{0,2}(?P<gap>[.,'’ \u00a0\u2009\u202f٬،])\d{3}(?:(?P=gap)\d{3})*+(?:(?!(?P=gap))[.,٫]\d+)?"
_INDIAN = r"[1-9]\d?(?:,\d\d)+,\d{3}(?:\.\d+)?"
_DECIMAL = r"\d+[.٫]\d+|\d+,\d\d?|\d{1,3},\d{4,}"
_HINT = rf"[\d{_DIGITS}{_SMALL_UNITS}{_LARGE_UNITS}]"
# The hint in front, which decides nothing, lets the search pass over all other characters at once.
_NUMBER = regex.compile(
    rf"(?={_HINT})(?:(?P<han>{_HAN})"
    rf"|(?<![\d.,٫])(?:(?P<grouped>{_INDIAN}|{_GROUPED})|(?P<decimal>{_DECIMAL}))(?!\d|[.,٫]\d)"
    r"|\d+)"
)
_NUMBER_PART = regex.compile(r"\d+(?:\.\d+)?|.")


def ascii_digits(text: str) -> str:
    """The text with the decimal digits of every script written 0 to 9; everything else, and every offset, stays."""
    return text if text.isascii() else _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.decimal(match.group())), text)


def numbers(text: str) -> list[str]:
    """The numbers of a text in order, each in one form: ASCII digits, no grouping, a decimal point, no idle zeros.

    A mark before exactly three digits groups them (``25.000`` and ``25,000`` are ``25000``); another single mark is the
    decimal one. Chinese numerals count from two characters on, or one before a counter: 三月 is 3, but 一般 has no number.
    """
    plain = ascii_digits(text)
    return [_normal(match) for match in _NUMBER.finditer(plain) if not _is_word(plain, match)]


def rewritten(text: str, decimal: str = ".") -> str:
    """The text with each of its ``numbers`` in that one form, where it stands; ``decimal`` is written as the decimal mark."""
    plain = ascii_digits(text)
    return _NUMBER.sub(
        lambda match: match.group() if _is_word(plain, match) else _normal(match).replace(".", decimal), plain
    )


def han(numeral: str) -> str:
    """A number in Chinese numerals, also mixed with digits: 二〇二四 and 二千二十四 are ``2024``, 1億2000万 ``120000000``."""
    return _plain(_amount(_NUMBER_PART.findall(ascii_digits(numeral))))


def _is_word(text: str, match: regex.Match[str]) -> bool:
    return match.lastgroup == "han" and len(match.group()) == 1 and not _COUNTER.match(text, match.end())


def _normal(match: regex.Match[str]) -> str:
    number = match.group()
    if match.lastgroup is None:
        return number.lstrip("0") or "0"
    if match.lastgroup == "han":
        return han(number)
    if match.lastgroup == "grouped":
        number = number.replace(match["gap"] or ",", "")
    return _plain(Decimal(regex.sub("[,٫]", ".", number)))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(parts: Sequence[str]) -> Decimal:
    """Digits multiply the unit behind them; 10⁴, 10⁸ and 10¹² multiply all since the last of their kind."""
    total = section = digit = Decimal(0)
    for part in parts:
        value = _value(part)
        if part in _LARGE_UNITS:
            total, section, digit = total + ((section + digit) or 1) * value, Decimal(0), Decimal(0)
        elif part in _SMALL_UNITS:
            section, digit = section + (digit or 1) * value, Decimal(0)
        else:
            digit = digit * 10 + value
    return total + section + digit


def _value(part: str) -> Decimal:
    return Decimal(part) if part[0].isdecimal() else Decimal(_VALUES.get(part) or int(unicodedata.numeric(part)))

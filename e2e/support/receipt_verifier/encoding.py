"""JSON, base64 and time as "JSON" and "Encodings" in FORMATS.md have them."""
import base64
import binascii
import json
import re


class NotJson(Exception):
    pass


def one_of_each(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a name twice")
    return members


def no_constant(name):
    raise NotJson(name)


def depth_of(text):
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", re.sub(r'"[^"\\]*(?:\\.[^"\\]*)*"?', "", text, flags=re.DOTALL)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def read_json(data):
    """The value of a JSON text; every number is a float. Error: NotJson."""
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff") or depth_of(text) > 32:
            raise NotJson("a byte order mark, or too deep")
        return json.loads(text, parse_int=float, parse_constant=no_constant, object_pairs_hook=one_of_each)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error


ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write_text(text):
    escaped = re.sub(r'["\\\x00-\x1f\ud800-\udfff]', lambda found: ESCAPES.get(found[0]) or "\\u%04x" % ord(found[0]), text)
    return '"%s"' % escaped


def write_json(value):
    """Compact JSON of a bundle, which has no numbers but integers."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return write_text(value)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(write_json, value))
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (write_text(name), write_json(inner)) for name, inner in value.items())
    return str(int(value))


def code_units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def from_base64(text):
    """The bytes, or None if the text is not their one encoding."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def from_base64url(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        return None
    return from_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def to_base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def milliseconds(text):
    """A time as milliseconds since the start of the year 0, which is a half-hour boundary; None if it is no time."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z", text)
    if not found:
        return None
    year, month, day, hour, minute, second, rest = map(int, found.groups())
    if not (1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 59):
        return None
    lengths = [29 if at == 1 and is_leap(year) else days for at, days in enumerate(DAYS)]
    if not 1 <= day <= lengths[month - 1]:
        return None
    before = year * 365 + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    days = before + sum(lengths[: month - 1]) + day - 1
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + rest

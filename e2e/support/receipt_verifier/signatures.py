"""Keys and signatures as "Keys" in FORMATS.md has them, in plain arithmetic: RFC 8032, FIPS 186-5."""
import hashlib
from encoding import from_base64url, to_base64url

# Ed25519, RFC 8032 section 5.1. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
NEUTRAL = (0, 1, 1, 0)


def ed_add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    h, i, j, k = f - e, d - c, d + c, f + e
    return h * i % P, k * j % P, i * j % P, h * k % P


def ed_double(a):
    x, y, z = a[0] * a[0] % P, a[1] * a[1] % P, 2 * a[2] * a[2] % P
    h = x + y
    e, g = h - (a[0] + a[1]) ** 2 % P, x - y
    f = z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed_decode(encoded):
    """The point, or None if there is none. Even roots first, then the sign."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    if x % 2 != sign:
        x = -x % P
    return x, y, 1, x * y % P


def ed_encode(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x % 2) << 255).to_bytes(32, "little")


def ed_is_weak(encoded):
    point = ed_decode(encoded)
    if point is None:
        return True
    for _ in range(3):
        point = ed_double(point)
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def double_scalar(pairs, add, double, start):
    """The sum of scalar times point over all pairs, four bits at a time."""
    tables = []
    for scalar, point in pairs:
        multiples = [start]
        for _ in range(15):
            multiples.append(add(multiples[-1], point))
        tables.append((scalar, multiples))
    total = start
    for shift in range(252, -1, -4):
        for _ in range(4):
            total = double(total)
        for scalar, multiples in tables:
            digit = scalar >> shift & 15
            if digit:
                total = add(total, multiples[digit])
    return total


ED_BASE = ed_decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed_holds(key, message, signature):
    if len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    a = ed_decode(key)
    minus_a = (-a[0] % P, a[1], a[2], -a[3] % P)
    return ed_encode(double_scalar([(s, ED_BASE), (k, minus_a)], ed_add, ed_double, NEUTRAL)) == r


# P-256, SEC 2 section 2.4.2. Points are Jacobian (X, Y, Z) with x = X/Z^2, y = Y/Z^3; Z = 0 is the point at infinity.
Q = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EC_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    1,
)
INFINITY = (1, 1, 0)


def ec_double(a):
    x, y, z = a
    if z == 0 or y == 0:
        return INFINITY
    yy, zz = y * y % Q, z * z % Q
    s, m = 4 * x * yy % Q, 3 * (x - zz) * (x + zz) % Q
    x3 = (m * m - 2 * s) % Q
    return x3, (m * (s - x3) - 8 * yy * yy) % Q, 2 * y * z % Q


def ec_add(a, b):
    if a[2] == 0:
        return b
    if b[2] == 0:
        return a
    za, zb = a[2] * a[2] % Q, b[2] * b[2] % Q
    u, v = a[0] * zb % Q, b[0] * za % Q
    s, t = a[1] * zb * b[2] % Q, b[1] * za * a[2] % Q
    h, r = (v - u) % Q, (t - s) % Q
    if h == 0:
        return ec_double(a) if r == 0 else INFINITY
    hh = h * h % Q
    hhh, w = h * hh % Q, u * hh % Q
    x3 = (r * r - hhh - 2 * w) % Q
    return x3, (r * (w - x3) - s * hhh) % Q, h * a[2] * b[2] % Q


def ec_holds(x, y, message, signature):
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    digest, inverse = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, N)
    pairs = [(digest * inverse % N, EC_BASE), (r * inverse % N, (x, y, 1))]
    point = double_scalar(pairs, ec_add, ec_double, INFINITY)
    return point[2] != 0 and point[0] * pow(point[2], -2, Q) % Q % N == r


def coordinates(jwk):
    """x, and y of a P-256 key, as 32 bytes each; None where one does not decode."""
    decoded = [from_base64url(jwk[name]) for name in ("x", "y") if name in jwk]
    return None if any(one is None or len(one) != 32 for one in decoded) else decoded


def is_weak(jwk):
    decoded = coordinates(jwk)
    if decoded is None:
        return True
    if jwk["kty"] == "OKP":
        return ed_is_weak(decoded[0])
    x, y = (int.from_bytes(one, "big") for one in decoded)
    return x >= Q or y >= Q or (y * y - (x * x * x - 3 * x + B)) % Q != 0


def key_id(jwk):
    members = ",".join('"%s":"%s"' % (name, jwk[name]) for name in ("crv", "kty", "x", "y") if name in jwk)
    return to_base64url(hashlib.sha256(("{%s}" % members).encode("utf-8", "surrogatepass")).digest())


KNOWN = {}


def holds(jwk, message, signature):
    """Whether a key that is not weak made this signature. What was asked once is remembered: files share many signatures."""
    asked = (key_id(jwk), hashlib.sha256(message).digest(), signature)
    if asked not in KNOWN:
        decoded = coordinates(jwk)
        if jwk["kty"] == "OKP":
            KNOWN[asked] = ed_holds(decoded[0], message, signature)
        else:
            KNOWN[asked] = ec_holds(*(int.from_bytes(one, "big") for one in decoded), message, signature)
    return KNOWN[asked]

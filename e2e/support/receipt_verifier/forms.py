"""The forms of FORMATS.md as predicates: each says whether a JSON value has that form."""
import math
import re
from encoding import code_units, milliseconds

MOST = 2**53 - 1


def is_number(value):
    return isinstance(value, float) and math.isfinite(value)


def number(low=-math.inf, high=math.inf):
    return lambda value: is_number(value) and low <= value <= high


def integer(low=-MOST):
    return lambda value: is_number(value) and value == math.floor(value) and low <= value <= MOST


def text(most):
    return lambda value: isinstance(value, str) and code_units(value) <= most


def matching(pattern, most=math.inf):
    return lambda value: isinstance(value, str) and len(value) <= most and re.fullmatch(pattern, value) is not None


def one_of(*names):
    return lambda value: isinstance(value, str) and value in names


def array(item, low, high):
    return lambda value: isinstance(value, list) and low <= len(value) <= high and all(map(item, value))


def table(**members):
    return lambda value: isinstance(value, dict) and value.keys() == members.keys() and all(has(value[name]) for name, has in members.items())


def either(*forms):
    return lambda value: any(has(value) for has in forms)


def null(value):
    return value is None


def or_null(form):
    return either(null, form)


def exactly(wanted):
    return lambda value: is_number(value) and value == wanted


def truth(value):
    return isinstance(value, bool)


def time(value):
    return isinstance(value, str) and milliseconds(value) is not None


def base64_of(most=math.inf):
    return lambda value: isinstance(value, str) and len(value) <= most and len(value) % 4 == 0 and re.fullmatch("[A-Za-z0-9+/]*={0,2}", value) is not None


amount, count, share = number(0), integer(0), number(0, 1)
identifier = matching("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
key_name = matching("[A-Za-z0-9_-]{43}")
sha256 = matching("[0-9a-f]{64}")
zone = matching("[A-Z]{2}(-[A-Z0-9]{1,8}){0,3}")
coordinate = matching("[\\s\\S]{43}")

jwk = either(
    table(kty=one_of("OKP"), crv=one_of("Ed25519"), x=coordinate),
    table(kty=one_of("EC"), crv=one_of("P-256"), x=coordinate, y=coordinate),
)
envelope = table(
    payload=base64_of(1_400_000),
    payloadType=text(128),
    signatures=array(table(keyid=key_name, sig=base64_of(128)), 1, 8),
)

METHODS = ["counter", "power-average", "power-instant", "rapl", "mixed", "estimate"]
method, evidence = one_of(*METHODS), one_of("software", "tpm")

PROOF = dict(
    **dict.fromkeys(["proofId", "jobId", "attemptId", "leaseId"], identifier),
    nodeId=key_name,
    seq=integer(1),
    prev=or_null(sha256),
    **dict.fromkeys(["startedAt", "endedAt"], time),
    **dict.fromkeys(["durationMs", "sleepMs", "boardJ", "meanW", "peakW", "maxGapMs", "uncertaintyPct"], amount),
    **dict.fromkeys(["marginalJ", "idleW", "counterStart", "counterEnd", "crossCheckRatio"], or_null(amount)),
    **dict.fromkeys(["samples", "expectedSamples", "resets", "wraps", "stuck"], count),
    devices=array(table(uuidHash=sha256, kind=one_of("gpu", "cpu"), vendor=text(60), name=text(120), driver=text(60), powerLimitW=amount), 1, 64),
    method=method,
    intervals=array(table(**{"from": time}, to=time, joules=amount, coverage=share), 1, 2_000),
    coverage=share,
    uncertaintyBasis=text(300),
    shared=truth,
    sampleLogSha256=sha256,
    runtime=table(name=one_of("docker", "wasm"), image=matching("sha256:[0-9a-f]{64}")),
    exitCode=integer(),
    outputSha256=sha256,
    evidence=evidence,
)
proof_v1 = table(v=exactly(1), **PROOF)
proof_v2 = table(v=exactly(2), **PROOF, solarJ=amount, solarBasis=one_of("metered", "declared"))

key_change = table(v=exactly(1), nodeId=key_name, index=integer(1), newKey=jwk, prev=or_null(sha256), at=time)

ROW = dict(
    **dict.fromkeys(["from", "to", "issuedAt"], time),
    **dict.fromkeys(["joules", "gPerKWh"], amount),
    kind=one_of("average"),
    basis=one_of("direct", "lifecycle"),
    source=text(120),
    estimated=truth,
    origin=one_of("live", "recorded", "modelled"),
    bodySha256=sha256,
)
PREDICATE = dict(
    **dict.fromkeys(["receiptId", "jobId"], identifier),
    issuedAt=time,
    nodeId=key_name,
    zone=zone,
    modelId=or_null(text(120)),
    proofs=array(table(proofId=identifier, sha256=sha256), 1, 128),
    overhead=table(factor=number(1), basis=text(200)),
    intervals=array(table(**ROW), 1, 2_000),
    **dict.fromkeys(["energyWh", "emissionsG", "uncertaintyPct"], amount),
    baseline=table(policy=one_of("start-at-arrival"), zone=zone, emissionsG=amount),
    attributedSavingG=number(),
    marginal=or_null(table(gPerKWh=number(), emissionsG=number(), source=text(120))),
    embodied=or_null(table(g=amount, low=amount, high=amount, source=text(200))),
    sci=table(value=amount, unit=one_of("gCO2e"), r=one_of("gpu-hour", "job")),
    method=method,
    evidence=evidence,
    solarJ=or_null(amount),
)


def subject(value):
    named = [table(name=one_of(name), digest=table(sha256=sha256)) for name in ("output", "image")]
    return isinstance(value, list) and len(value) == 2 and all(has(one) for has, one in zip(named, value))


receipt = table(
    _type=one_of("https://in-toto.io/Statement/v1"),
    subject=subject,
    predicateType=one_of("urn:windfall:carbon-receipt:v1"),
    predicate=table(**PREDICATE),
)
tree_head = table(logId=key_name, treeSize=count, rootHash=base64_of(), at=time)

BUNDLE = dict(
    receipt=envelope,
    proofs=array(envelope, 1, 128),
    inclusion=table(leafIndex=count, treeSize=integer(1), hashes=array(base64_of(), 0, 64), treeHead=envelope),
    anchor=or_null(table(cluster=text(40), signature=matching("[1-9A-HJ-NP-Za-km-z]{64,88}"), memo=text(600))),
)
V1, V2 = "windfall.receipt-bundle/v1", "windfall.receipt-bundle/v2"
bundle = either(
    table(bundle=one_of(V1), **BUNDLE, keys=array(jwk, 1, 64)),
    table(bundle=one_of(V2), **BUNDLE, keys=array(jwk, 1, 128), rotations=array(envelope, 1, 64)),
)

"""The steps that compare figures: 5 chain, 6 arithmetic, 7 half-hours and 11 plausibility of "Verification" in FORMATS.md."""
import math
from encoding import milliseconds
from forms import METHODS

TOLERANCE = 1e-9
HALF_HOUR = 1_800_000


def total(numbers):
    """In order and on doubles: sum() of newer Pythons compensates."""
    result = 0.0
    for one in numbers:
        result += one
    return result


def agree(a, b, scale=0.0):
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= TOLERANCE * max(abs(a), abs(b), scale)


def span(interval):
    return milliseconds(interval["to"]) - milliseconds(interval["from"])


def chain_holds(proofs):
    """`proofs` with the hash of the body of each."""
    before = None
    for proof, digest in proofs:
        if (proof["seq"] == 1) != (proof["prev"] is None):
            return False
        if before is not None:
            earlier, earlier_digest = before
            if proof["seq"] <= earlier["seq"] or milliseconds(proof["startedAt"]) < milliseconds(earlier["startedAt"]):
                return False
            if proof["seq"] == earlier["seq"] + 1 and proof["prev"] != earlier_digest:
                return False
        before = proof, digest
    return True


def intervals_hold(predicate, proofs):
    metered = [interval for proof in proofs for interval in proof["intervals"]]
    rows, factor = predicate["intervals"], predicate["overhead"]["factor"]
    return len(metered) == len(rows) and all(
        one["from"] == row["from"] and one["to"] == row["to"] and agree(one["joules"] * factor, row["joules"]) for one, row in zip(metered, rows)
    )


def figures_hold(predicate, proofs):
    rows = predicate["intervals"]
    joules = total(row["joules"] for row in rows)
    grams = total(row["joules"] / 3_600_000 * row["gPerKWh"] for row in rows)
    baseline, stated = predicate["baseline"]["emissionsG"], predicate["emissionsG"]
    marginal = predicate["marginal"]
    return (
        agree(predicate["energyWh"], joules / 3600)
        and agree(stated, grams)
        and agree(predicate["attributedSavingG"], baseline - stated, max(baseline, stated))
        and (marginal is None or agree(marginal["emissionsG"], joules / 3_600_000 * marginal["gPerKWh"]))
        and sci_holds(predicate, grams, proofs)
        and solar_holds(predicate["solarJ"], joules, proofs)
    )


def sci_holds(predicate, grams, proofs):
    embodied, sci = predicate["embodied"], predicate["sci"]
    mass = grams + (0.0 if embodied is None else embodied["g"])
    hours = total(proof["durationMs"] / 3_600_000 * sum(device["kind"] == "gpu" for device in proof["devices"]) for proof in proofs)
    unit, value = ("gpu-hour", mass / hours) if hours > 0 else ("job", mass)
    return sci["r"] == unit and agree(sci["value"], value) and (embodied is None or embodied["low"] <= embodied["g"] <= embodied["high"])


def solar_holds(stated, joules, proofs):
    shares = [proof["solarJ"] for proof in proofs if "solarJ" in proof]
    if stated is None or not shares:
        return stated is None and not shares
    return stated <= joules * (1 + TOLERANCE) and agree(stated, total(shares))


def quality_holds(predicate, proofs):
    worst = max(METHODS.index(proof["method"]) for proof in proofs)
    evidence = "tpm" if all(proof["evidence"] == "tpm" for proof in proofs) else "software"
    highest = max(proof["uncertaintyPct"] for proof in proofs)
    return predicate["method"] == METHODS[worst] and predicate["evidence"] == evidence and agree(predicate["uncertaintyPct"], highest)


def arithmetic_holds(predicate, proofs):
    return (
        all(agree(total(interval["joules"] for interval in proof["intervals"]), proof["boardJ"]) for proof in proofs)
        and intervals_hold(predicate, proofs)
        and figures_hold(predicate, proofs)
        and quality_holds(predicate, proofs)
    )


def half_hours_hold(proofs):
    for proof in proofs:
        before = None
        for interval in proof["intervals"]:
            start, end = milliseconds(interval["from"]), milliseconds(interval["to"])
            if start >= end or start // HALF_HOUR != (end - 1) // HALF_HOUR or before not in (None, interval["from"]):
                return False
            before = interval["to"]
    return True


def time_is_plausible(proof):
    started, ended = milliseconds(proof["startedAt"]), milliseconds(proof["endedAt"])
    wall, before = ended - started, None
    if wall <= 0 or proof["durationMs"] <= 0 or proof["durationMs"] > wall * 1.02 + 5000:
        return False
    for interval in proof["intervals"]:
        start, end = milliseconds(interval["from"]), milliseconds(interval["to"])
        if start < started - 5000 or end > ended + 5000 or start >= end or (before is not None and start < before):
            return False
        before = end
    return True


def power_is_plausible(proof):
    limit = total(device["powerLimitW"] for device in proof["devices"])
    most = 1.1 * limit
    metered = total(span(interval) for interval in proof["intervals"])
    return (
        limit > 0
        and proof["boardJ"] <= most * (metered + 1000) / 1000
        and all(interval["joules"] <= most * (span(interval) + 1000) / 1000 for interval in proof["intervals"])
        and proof["meanW"] <= most
        and proof["peakW"] <= 2 * limit
    )


def meter_is_plausible(proof):
    most = proof["boardJ"] * (1 + TOLERANCE)
    shares = [interval["coverage"] for interval in proof["intervals"]]
    start, end, ratio = proof["counterStart"], proof["counterEnd"], proof["crossCheckRatio"]
    fell = start is not None and end is not None and end < start
    return (
        (proof["marginalJ"] is None or proof["marginalJ"] <= most)
        and proof.get("solarJ", 0) <= most
        and min(shares) - TOLERANCE <= proof["coverage"] <= max(shares) + TOLERANCE
        and not (fell and proof["resets"] + proof["wraps"] == 0)
        and (ratio is None or 0.5 <= ratio <= 2)
    )


def is_plausible(proof):
    return time_is_plausible(proof) and power_is_plausible(proof) and meter_is_plausible(proof)

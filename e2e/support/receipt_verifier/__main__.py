"""A second verifier of receipt files, written from resources/receipts/FORMATS.md alone, with nothing but Python's own library.

    python3 receipt_verifier FILE [KEY_ID…]     prints `valid`, `unreadable` or the step that fails; exit code 0, 2 or 1
    python3 receipt_verifier --batch            the same for each line of standard input: base64 of a file, then key ids, with spaces between
"""
import base64
import hashlib
import sys
import steps
from bundle import Unreadable, read_file
from encoding import from_base64, to_base64url

CLUSTERS = ("mainnet-beta", "devnet", "testnet", "localnet")


def coordinator_key(file, pins):
    signer = file.receipt.signer
    if signer in (file.history or [file.predicate["nodeId"]]):
        return False
    if not pins:
        return True
    return signer in pins and (file.head is None or file.head.signer in pins or len(pins) == 1)


def rotations(file):
    if "rotations" not in file.bundle:
        return True
    last = file.proofs[-1]
    return file.history is not None and (last is None or last.signer == file.history[-1])


def proof_holds(file, index):
    proof, named = file.proofs[index], file.predicate["proofs"][index]
    if proof is None or not proof.is_authentic(file.keys):
        return False
    value, history = proof.value, file.history
    older = index > 0 and proof.signer in history and history.index(proof.signer) < history.index(file.proofs[index - 1].signer)
    return (
        (proof.digest, value["proofId"]) == (named["sha256"], named["proofId"])
        and (value["nodeId"], value["jobId"]) == (file.predicate["nodeId"], file.predicate["jobId"])
        and proof.signer in history
        and not older
        and value["runtime"]["image"] == "sha256:" + file.subject["image"]
    )


def proofs(file):
    if len(file.proofs) != len(file.predicate["proofs"]) or not all(proof_holds(file, index) for index in range(len(file.proofs))):
        return False
    return file.values[-1]["outputSha256"] == file.subject["output"]


def sha256(data):
    return hashlib.sha256(data).digest()


def inclusion(file):
    if file.head is None:
        return False
    given = file.bundle["inclusion"]
    root, hashes = from_base64(file.head.value["rootHash"]), list(map(from_base64, given["hashes"]))
    if any(one is None or len(one) != 32 for one in [root, *hashes]) or given["treeSize"] != file.head.value["treeSize"]:
        return False
    first, last = int(given["leafIndex"]), int(given["treeSize"]) - 1
    if first > last:
        return False
    running = sha256(b"\0" + file.receipt.body)
    for sibling in hashes:
        if last == 0:
            return False
        if first % 2 == 1 or first == last:
            running = sha256(b"\1" + sibling + running)
            while first % 2 == 0 and first != 0:
                first, last = first // 2, last // 2
        else:
            running = sha256(b"\1" + running + sibling)
        first, last = first // 2, last // 2
    return last == 0 and running == root


def tree_head(file):
    return file.head.is_authentic(file.keys) and file.head.signer == file.head.value["logId"]


def anchor(file):
    given, head = file.bundle["anchor"], file.head.value
    if given is None:
        return True
    memo = "windfall:log/1:%s:n=%d:r=%s" % (head["logId"][:8], head["treeSize"], to_base64url(from_base64(head["rootHash"])))
    return given["cluster"] in CLUSTERS and given["memo"] == memo


# The first failure names the verdict, so what a step needs has always passed when it is judged.
STEPS = (
    ("rotations", rotations),
    ("proofs", proofs),
    ("chain", lambda file: steps.chain_holds([(proof.value, proof.digest) for proof in file.proofs])),
    ("arithmetic", lambda file: steps.arithmetic_holds(file.predicate, file.values)),
    ("half-hours", lambda file: steps.half_hours_hold(file.values)),
    ("inclusion", inclusion),
    ("tree-head", tree_head),
    ("anchor", anchor),
    ("plausibility", lambda file: all(map(steps.is_plausible, file.values))),
)


def verdict(data, pins=()):
    """`valid`, `unreadable`, or the first step that fails."""
    try:
        file = read_file(data)
    except Unreadable:
        return "unreadable"
    if file is None:
        return "envelope"
    if not coordinator_key(file, pins):
        return "coordinator-key"
    return next((name for name, passes in STEPS if not passes(file)), "valid")


def main(arguments):
    if arguments == ["--batch"]:
        for line in sys.stdin:
            encoded, *pins = line.rstrip("\n").split(" ")
            print(verdict(base64.b64decode(encoded), pins), flush=True)
        return 0
    with open(arguments[0], "rb") as file:
        found = verdict(file.read(), arguments[1:])
    print(found)
    return {"valid": 0, "unreadable": 2}.get(found, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

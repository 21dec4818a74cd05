"""From the bytes of a file to what the steps judge: "Envelope", "Key change", "Bundle" and step 1 of FORMATS.md."""
import hashlib
import forms
from encoding import NotJson, from_base64, read_json, write_json
from signatures import holds, is_weak, key_id

MOST_BYTES = 16 * 1_048_576
RECEIPT, HEAD = "application/vnd.in-toto+json", "application/vnd.windfall.tree-head.v1+json"
PROOF_V1, PROOF_V2 = ("application/vnd.windfall.energy-proof.v%d+json" % version for version in (1, 2))
KEY_CHANGE = "application/vnd.windfall.key-rotation.v1+json"

ORDER = {
    "bundle": ["bundle", "receipt", "proofs", "keys", "inclusion", "anchor", "rotations"],
    "envelope": ["payload", "payloadType", "signatures"],
    "signature": ["keyid", "sig"],
    "jwk": ["kty", "crv", "x", "y"],
    "inclusion": ["leafIndex", "treeSize", "hashes", "treeHead"],
    "anchor": ["cluster", "signature", "memo"],
}


class Unreadable(Exception):
    pass


def in_order(value, name):
    return {member: value[member] for member in ORDER[name] if member in value}


def envelope_in_order(envelope):
    return in_order({**envelope, "signatures": [in_order(one, "signature") for one in envelope["signatures"]]}, "envelope")


def compact(bundle):
    lists = {name: list(map(envelope_in_order, bundle[name])) for name in ("proofs", "rotations") if name in bundle}
    inclusion = in_order({**bundle["inclusion"], "treeHead": envelope_in_order(bundle["inclusion"]["treeHead"])}, "inclusion")
    anchor = None if bundle["anchor"] is None else in_order(bundle["anchor"], "anchor")
    keys = [in_order(jwk, "jwk") for jwk in bundle["keys"]]
    written = {**bundle, **lists, "receipt": envelope_in_order(bundle["receipt"]), "inclusion": inclusion, "anchor": anchor, "keys": keys}
    return write_json(in_order(written, "bundle")).encode("utf-8", "surrogatepass")


class Opened:
    """A readable envelope."""

    def __init__(self, body, value, envelope):
        self.body, self.value = body, value
        self.digest = hashlib.sha256(body).hexdigest()
        self.message = b"DSSEv1 %d %s %d %s" % (len(envelope["payloadType"]), envelope["payloadType"].encode(), len(body), body)
        self.signatures = [(one["keyid"], from_base64(one["sig"])) for one in envelope["signatures"]]
        self.signer = self.signatures[0][0]

    def is_authentic(self, keys):
        name, signature = self.signatures[0]
        return name in keys and holds(keys[name], self.message, signature)


def opened(envelope, payload_type, form, signers=1, most=1_048_576):
    """None if the envelope is not readable."""
    if envelope["payloadType"] != payload_type or len(envelope["signatures"]) != signers:
        return None
    body = from_base64(envelope["payload"])
    if body is None or len(body) > most or any(from_base64(one["sig"]) is None for one in envelope["signatures"]):
        return None
    try:
        value = read_json(body)
    except NotJson:
        return None
    return Opened(body, value, envelope) if form(value) else None


def open_proof(envelope):
    version = PROOF_V2 if envelope["payloadType"] == PROOF_V2 else PROOF_V1
    return opened(envelope, version, forms.proof_v2 if version == PROOF_V2 else forms.proof_v1)


def key_list(bundle):
    """Keys by id, or None if one must be refused."""
    envelopes = [bundle["receipt"], bundle["inclusion"]["treeHead"], *bundle["proofs"], *bundle.get("rotations", [])]
    named = {one["keyid"] for envelope in envelopes for one in envelope["signatures"]}
    keys = {}
    for jwk in bundle["keys"]:
        name = key_id(jwk)
        if is_weak(jwk) or name in keys or name not in named:
            return None
        keys[name] = jwk
    return keys


def node_keys(bundle, node, keys):
    """The ids of the node's keys, oldest first; None if the key changes cannot be followed."""
    changes = bundle.get("rotations")
    if changes is None:
        return [node]
    if node not in keys:
        return None
    history, jwk, head = [node], keys[node], None
    for index, envelope in enumerate(changes):
        change = opened(envelope, KEY_CHANGE, forms.key_change, signers=2, most=2_048)
        if change is None or is_weak(change.value["newKey"]):
            return None
        new = change.value["newKey"]
        if (change.value["nodeId"], change.value["index"], change.value["prev"]) != (node, index + 1, head) or key_id(new) in history:
            return None
        for (name, signature), (wanted, signer) in zip(change.signatures, ((history[-1], jwk), (key_id(new), new))):
            if name != wanted or not holds(signer, change.message, signature):
                return None
        history, jwk, head = [*history, key_id(new)], new, change.digest
    return history if all(name in keys for name in history) else None


class File:
    """A file that passed the step `envelope`."""

    def __init__(self, bundle, keys, receipt):
        self.bundle, self.keys, self.receipt = bundle, keys, receipt
        self.predicate = receipt.value["predicate"]
        self.subject = {one["name"]: one["digest"]["sha256"] for one in receipt.value["subject"]}
        self.proofs = [open_proof(envelope) for envelope in bundle["proofs"]]
        self.values = [proof.value for proof in self.proofs if proof is not None]
        self.head = opened(bundle["inclusion"]["treeHead"], HEAD, forms.tree_head)
        self.history = node_keys(bundle, self.predicate["nodeId"], keys)


def read_file(data):
    """None if the step `envelope` fails. Error: Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("too large")
    try:
        bundle = read_json(data)
    except NotJson as error:
        raise Unreadable("no JSON") from error
    if not isinstance(bundle, dict) or bundle.get("bundle") not in (forms.V1, forms.V2):
        raise Unreadable("no bundle")
    if not forms.bundle(bundle) or compact(bundle) != data:
        return None
    keys = key_list(bundle)
    receipt = None if keys is None else opened(bundle["receipt"], RECEIPT, forms.receipt)
    return File(bundle, keys, receipt) if receipt and receipt.is_authentic(keys) else None

/** Whole parts of a bundle left out, doubled, swapped, borrowed from another file, or signed by somebody else. */
import type { Dice } from './dice.ts'
import { keyPair } from './key-pairs.ts'
import { type Plan, planReceipt } from './plan.ts'
import { type Changes, type SealedBundle, sealPlan } from './seal.ts'
import { KEY_EDITS, SIGNATURE_EDITS } from './signature-edits.ts'

/** Changes a sealed bundle in place. */
type Edit = (bundle: SealedBundle, dice: Dice) => void

const envelopesOf = (bundle: SealedBundle) => [bundle.receipt, bundle.inclusion.treeHead, ...bundle.proofs, ...(bundle.rotations ?? [])]

const editSignature: Edit = (bundle, dice) => {
  const signature = dice.pick(dice.pick(envelopesOf(bundle)).signatures) as { sig: string }
  const edit = dice.pick(Object.values(SIGNATURE_EDITS))
  signature.sig = edit(Buffer.from(signature.sig, 'base64'), dice).toString('base64')
}

const editKey: Edit = (bundle, dice) => {
  const index = dice.below(bundle.keys.length)
  const jwk = bundle.keys[index]
  if (jwk) bundle.keys[index] = dice.pick(Object.values(KEY_EDITS))(jwk, dice)
}

const editPayload: Edit = (bundle, dice) => {
  const envelope = dice.pick(envelopesOf(bundle)) as { payload: string }
  const body = Buffer.from(envelope.payload, 'base64')
  const at = dice.below(body.length)
  body[at] = (body[at] ?? 0) ^ (1 << dice.below(8))
  envelope.payload = body.toString('base64')
}

const swap = (list: unknown[], a: number, b: number): void => {
  ;[list[a], list[b]] = [list[b], list[a]]
}

const STRUCTURE: readonly Edit[] = [
  ({ keys }, dice) => swap(keys, dice.below(keys.length), dice.below(keys.length)),
  ({ keys }, dice) => keys.splice(dice.below(keys.length), 1),
  ({ keys }, dice) => keys.push(dice.pick(keys)),
  ({ keys }) => keys.push(keyPair('OKP', 'stranger').jwk),
  ({ proofs }, dice) => swap(proofs, dice.below(proofs.length), dice.below(proofs.length)),
  ({ proofs }, dice) => proofs.push(dice.pick(proofs)),
  ({ proofs }, dice) => proofs.splice(dice.below(proofs.length), 1),
  ({ inclusion }, dice) => void (inclusion.leafIndex = Math.max(0, inclusion.leafIndex + dice.pick([-1, 1, inclusion.treeSize]))),
  ({ inclusion }, dice) => void (inclusion.treeSize += dice.pick([-1, 1])),
  ({ inclusion: { hashes } }, dice) => hashes.splice(dice.below(hashes.length + 1), 1),
  ({ inclusion: { hashes } }, dice) => hashes.splice(dice.below(hashes.length + 1), 0, Buffer.from(dice.hex(64), 'hex').toString('base64')),
  ({ inclusion: { hashes } }, dice) => hashes.splice(0, 1, Buffer.from(dice.hex(62), 'hex').toString('base64')),
  ({ inclusion }) => void (inclusion.hashes = inclusion.hashes.toReversed()),
  ({ rotations, proofs }, dice) => (rotations ? swap(rotations, 0, rotations.length - 1) : swap(proofs, 0, dice.below(proofs.length))),
  ({ rotations }) => rotations?.pop(),
  ({ rotations }) => rotations?.shift(),
  ({ rotations }) => rotations?.push(...rotations.slice(0, 1)),
  (bundle) => void (bundle.bundle = bundle.bundle.endsWith('v1') ? bundle.bundle.replace('v1', 'v2') : bundle.bundle.replace('v2', 'v1')),
  (bundle) => void (bundle.rotations = bundle.rotations ? [] : [bundle.receipt]),
  (bundle, dice) =>
    void (bundle.anchor = {
      cluster: dice.pick(['devnet', 'Devnet', 'ethereum', '']),
      signature: '5'.repeat(88),
      memo: bundle.anchor?.memo ?? 'windfall:log/1:',
    }),
  (bundle) => void (bundle.inclusion.treeHead = bundle.receipt),
  (bundle) => void (bundle.receipt = bundle.proofs[0] ?? bundle.receipt),
  (bundle, dice) => (dice.pick(envelopesOf(bundle)).signatures as unknown[]).push(...bundle.receipt.signatures),
  (bundle, dice) => {
    const envelope = dice.pick(envelopesOf(bundle)) as { signatures: readonly unknown[] }
    envelope.signatures = envelope.signatures.toReversed()
  },
]

/** Parts of another valid file in this one. */
const borrow: Edit = (bundle, dice) => {
  const other = sealPlan(planReceipt(`other ${dice.below(8)}`))
  const part = dice.pick(['receipt', 'proofs', 'keys', 'inclusion', 'anchor', 'rotations'] as const)
  if (dice.maybe(0.5)) bundle.keys = [...new Map([...bundle.keys, ...other.keys].map((key) => [key.x, key])).values()]
  Object.assign(bundle, { [part]: other[part] })
}

const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  'a signature changed': [editSignature],
  'a key changed': [editKey],
  'a payload changed': [editPayload],
  'parts moved': STRUCTURE,
  'parts borrowed': [borrow],
}

export function editStructure(bundle: SealedBundle, dice: Dice): string {
  const name = dice.pick(Object.keys(EDITS))
  dice.pick(EDITS[name] ?? [])(bundle, dice)
  return name
}

const TYPES = [1, 2].map((version) => `application/vnd.windfall.energy-proof.v${version}+json`)

/** Properly made of parts that do not belong together: strangers' signatures, other types, a node that is its own coordinator. */
export const FORGERIES: Readonly<Record<string, (plan: Plan, dice: Dice) => readonly [Plan, Changes]>> = {
  'signed by a stranger': (plan, dice) => {
    const wanted = dice.pick(['receipt', 'head', 'proof 0', 'rotation 0'])
    return [plan, { signers: (part, signers) => (part === wanted ? [keyPair(dice.pick(['OKP', 'EC']), 'stranger')] : signers) }]
  },
  'signed by another of its keys': (plan, dice) => {
    const wanted = dice.pick(['receipt', 'head', 'proof 0'])
    const key = dice.pick([plan.receiptKey, plan.logKey, ...plan.nodeKeys])
    return [plan, { signers: (part, signers) => (part === wanted ? [key] : signers) }]
  },
  'signed by too many or too few': (plan, dice) => {
    const wanted = dice.pick(['receipt', 'head', 'proof 0', 'rotation 0'])
    const turn = dice.pick([(keys: readonly (typeof plan.receiptKey)[]) => keys.slice(1), (keys) => [...keys, ...keys], (keys) => keys.toReversed()])
    return [plan, { signers: (part, signers) => (part === wanted ? turn(signers) : signers) }]
  },
  'another type': (plan, dice) => {
    const type = dice.pick([...TYPES, 'application/vnd.in-toto+json', 'text/plain', ''])
    const wanted = dice.pick(['proof 0', 'receipt', 'head', 'rotation 0'])
    return [plan, { payloadType: (part, given) => (part === wanted ? type : given) }]
  },
  'as large as it may be, or larger': (plan, dice) => {
    const wanted = dice.pick(['rotation 0', 'rotation 0', 'proof 0', 'receipt', 'head'])
    const bytes = dice.pick(wanted === 'rotation 0' ? [2_048, 2_049] : [1_048_576, 1_048_577, 1_050_000, 1_050_001])
    return [plan, { body: (part, body) => (part === wanted ? Buffer.concat([body, Buffer.alloc(Math.max(0, bytes - body.length), ' ')]) : body) }]
  },
  'a node that is its own coordinator': (plan, dice) => [{ ...plan, receiptKey: dice.pick(plan.nodeKeys) }, {}],
  'a key too many or too few': (plan, dice) => [{ ...plan, nodeKeys: dice.maybe(0.5) ? plan.nodeKeys.slice(0, -1) : [...plan.nodeKeys, plan.logKey] }, {}],
  'a key that comes back': (plan) => [{ ...plan, nodeKeys: [...plan.nodeKeys, ...plan.nodeKeys.slice(0, 1)] }, {}],
  'proofs in another order': (plan) => [{ ...plan, proofs: plan.proofs.toReversed() }, {}],
  'another log': (plan) => [{ ...plan, logKey: keyPair('OKP', 'another log') }, { signers: (part, signers) => (part === 'head' ? [plan.logKey] : signers) }],
}

/** Signs a plan: hashes, tree head and bundle follow from it, so that what was changed on the way is found by nothing but its own step. */
import { createHash } from 'node:crypto'
import { anchorMemo } from '../../shared/domain/anchor-memo.ts'
import { BUNDLE_TYPE, BUNDLE_TYPE_V2, RECEIPT_PAYLOAD_TYPE, TREE_HEAD_TYPE } from '../../shared/domain/carbon-receipt.ts'
import { preAuthEncoding } from '../../shared/domain/dsse.ts'
import { energyProofType } from '../../shared/domain/energy-proof.ts'
import { KEY_ROTATION_TYPE } from '../../shared/domain/rotation.ts'
import { createDice, type Dice } from './dice.ts'
import type { KeyPair } from './key-pairs.ts'
import type { Plan } from './plan.ts'
import { writeJson } from './write-json.ts'

/** `receipt`, `head`, `proof 0` …, `rotation 0` … */
export type Part = string

export interface Changes {
  /** Changes a body before it is signed. */
  readonly body?: (part: Part, body: Buffer) => Buffer
  readonly payloadType?: (part: Part, type: string) => string
  readonly signers?: (part: Part, signers: readonly KeyPair[]) => readonly KeyPair[]
  /** Bodies go on naming each other by the hashes they had before they were changed. */
  readonly stale?: boolean
}

interface Sealed {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

export interface SealedBundle {
  bundle: string
  receipt: Sealed
  proofs: Sealed[]
  keys: KeyPair['jwk'][]
  inclusion: { leafIndex: number; treeSize: number; hashes: string[]; treeHead: Sealed }
  anchor: { cluster: string; signature: string; memo: string } | null
  rotations?: Sealed[]
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

/** The root of a tree of any size around one leaf, and the hashes that lead to it; all other subtrees are made up. */
function rootAround(leaf: Buffer, { index, size, hashes, dice }: { index: number; size: number; hashes: Buffer[]; dice: Dice }): Buffer {
  if (size === 1) return leaf
  const split = 2 ** (Math.ceil(Math.log2(size)) - 1)
  const sibling = Buffer.from(dice.hex(64), 'hex')
  const isLeft = index < split
  const inner = rootAround(leaf, { index: isLeft ? index : index - split, size: isLeft ? split : size - split, hashes, dice })
  hashes.push(sibling)
  return isLeft ? sha256(Uint8Array.of(1), inner, sibling) : sha256(Uint8Array.of(1), sibling, inner)
}

function sealer({ body, payloadType, signers, stale }: Changes) {
  const renamed: [string, string][] = []
  return (part: Part, type: string, { text, by }: { text: string; by: readonly KeyPair[] }): { envelope: Sealed; body: Buffer; sha256: string } => {
    const current = stale ? text : renamed.reduce((so, [before, after]) => so.replaceAll(before, after), text)
    const changed = body ? body(part, Buffer.from(current)) : Buffer.from(current)
    const finalType = payloadType ? payloadType(part, type) : type
    const signed = preAuthEncoding(finalType, changed)
    const digest = sha256(changed).toString('hex')
    renamed.push([sha256(Buffer.from(text)).toString('hex'), digest])
    const signatures = (signers ? signers(part, by) : by).map(({ keyId, sign }) => ({ keyid: keyId, sig: sign(signed).toString('base64') }))
    return { envelope: { payload: changed.toString('base64'), payloadType: finalType, signatures }, body: changed, sha256: digest }
  }
}

function rotationsOf({ nodeKeys, style }: Plan, seal: ReturnType<typeof sealer>): Sealed[] {
  let prev: string | null = null
  return nodeKeys.slice(1).map((incoming, index) => {
    const before = nodeKeys[index]
    if (!before) throw new Error('a key comes after another one')
    const statement = { v: 1, nodeId: nodeKeys[0]?.keyId, index: index + 1, newKey: incoming.jwk, prev, at: '2026-11-20T08:00:00.000Z' }
    const sealed = seal(`rotation ${index}`, KEY_ROTATION_TYPE, { text: writeJson(statement, style), by: [before, incoming] })
    prev = sealed.sha256
    return sealed.envelope
  })
}

/** The content of a file. */
export function sealPlan(plan: Plan, changes: Changes = {}): SealedBundle {
  const { style, nodeKeys, receiptKey, logKey } = plan
  const dice = createDice(`${plan.seed} log`)
  const seal = sealer(changes)
  const rotations = rotationsOf(plan, seal)
  const proofs = plan.proofs.map(({ proof, signer }, index) => seal(`proof ${index}`, energyProofType(proof), { text: writeJson(proof, style), by: [signer] }))
  const receipt = seal('receipt', RECEIPT_PAYLOAD_TYPE, { text: writeJson(plan.statement, style), by: [receiptKey] })
  const treeSize = dice.pick([1, 2, 3, 8, 1 + dice.below(1_000), 1 + dice.below(2 ** 31), 2 ** 40 + dice.below(1_000)])
  const leafIndex = dice.pick([0, treeSize - 1, dice.below(treeSize)])
  const hashes: Buffer[] = []
  const rootHash = rootAround(sha256(Uint8Array.of(0), receipt.body), { index: leafIndex, size: treeSize, hashes, dice }).toString('base64')
  const head = { logId: logKey.keyId, treeSize, rootHash, at: '2026-11-23T14:31:00.000Z' }
  const treeHead = seal('head', TREE_HEAD_TYPE, { text: writeJson(head, style), by: [logKey] }).envelope
  const signers = new Map([receiptKey, logKey, ...nodeKeys].map((key) => [key.keyId, key.jwk]))
  const used = new Set(
    [receipt.envelope, treeHead, ...proofs.map(({ envelope }) => envelope), ...rotations].flatMap(({ signatures }) => signatures.map(({ keyid }) => keyid)),
  )
  const keys = [...signers].flatMap(([keyId, jwk]) => (used.has(keyId) ? [jwk] : []))
  const anchor = plan.isAnchored ? { cluster: dice.pick(['localnet', 'devnet', 'mainnet-beta']), signature: '5'.repeat(88), memo: anchorMemo(head) } : null
  const parts = {
    receipt: receipt.envelope,
    proofs: proofs.map(({ envelope }) => envelope),
    keys,
    inclusion: { leafIndex, treeSize, hashes: hashes.map((hash) => hash.toString('base64')), treeHead },
    anchor,
  }
  return rotations.length > 0 ? { bundle: BUNDLE_TYPE_V2, ...parts, rotations } : { bundle: BUNDLE_TYPE, ...parts }
}

import type { Envelope } from '../../../shared/contract/wire.ts'
import { currentKey, followRotation, type KeyHistory } from '../../../shared/domain/rotation.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { createDeviceKeysStore } from './device-keys.store.ts'
import { type Node, createNodesStore } from './nodes.store.ts'

export interface RotationDeps {
  readonly db: Db
  readonly clock: { readonly now: () => number }
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Told once a change of key is durable: whatever the old key opened has to be closed. */
  readonly keyReplaced: (nodeId: string) => void
}

const refused = (why: string) => new WindfallError('conflict', `The change of key is refused: ${why}.`)

/** Adds one statement to a node that exists. Error: `conflict` if it does not continue what is known. */
export async function recordRotation(
  { clock, decide }: Pick<RotationDeps, 'clock' | 'decide'>,
  tx: Tx,
  { history, envelope }: { readonly history: KeyHistory; readonly envelope: Envelope },
): Promise<KeyHistory> {
  const followed = await followRotation(history, envelope, nodeVerifyPort)
  if (typeof followed === 'string') throw refused(followed)
  const { nodeId } = history
  const [replaced, incoming] = [currentKey(history), currentKey(followed)]
  const keys = createDeviceKeysStore(tx)
  if ((await keys.nodeOf(incoming.keyId)) !== null) throw refused('the new key already belongs to a node')
  const seq = history.keys.length
  await keys.add({ nodeId, seq, ...incoming, bodySha256: followed.head ?? '', envelope, at: clock.now() })
  await decide(tx, 'node.key-replaced', { nodeId, seq, keyId: incoming.keyId, replaced: replaced.keyId })
  return followed
}

const bodyHash = ({ payload }: Envelope): string => sha256Hex(Buffer.from(payload, 'base64'))

async function rotateOnce(deps: RotationDeps, tx: Tx, { node, statement }: { readonly node: Node; readonly statement: Envelope }) {
  const { nodeId } = node
  const known = node.rotations.find(({ bodySha256 }) => bodySha256 === bodyHash(statement))
  if (known) return { nodeId, keyId: known.keyId, isNew: false }
  const { keyId } = currentKey(await recordRotation(deps, tx, { history: node.history, envelope: statement }))
  return { nodeId, keyId, isNew: true }
}

/**
 * Replaces the key of an enrolled node: from then on only the new one may sign for it. The same statement again gets the same answer.
 * Errors: `conflict` if it does not follow from what is known, `auth.refused`.
 */
export const createRotate =
  (deps: RotationDeps) =>
  async (nodeId: string, statement: Envelope): Promise<{ readonly nodeId: string; readonly keyId: string }> => {
    const { isNew, ...answer } = await transact(deps.db, async (tx) => {
      const node = await createNodesStore(tx).get(nodeId)
      if (!node) throw new WindfallError('auth.refused', 'This node is not enrolled.')
      return rotateOnce(deps, tx, { node, statement })
    })
    if (isNew) deps.keyReplaced(nodeId)
    return answer
  }

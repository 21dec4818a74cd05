/** A node that replaces its key, as a coordinator sees it. */
import type { Envelope } from '../../../shared/contract/wire.ts'
import { followRotation, type KeyHistory, signRotation, startHistory } from '../../../shared/domain/rotation.ts'
import { type Signer, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'

export interface TestKeys {
  readonly nodeId: string
  readonly first: Signer
  /** The key that was last made. */
  readonly current: Signer
  readonly statements: readonly Envelope[]
  readonly history: KeyHistory
}

const settled = (history: KeyHistory | string): KeyHistory => {
  if (typeof history === 'string') throw new Error(history)
  return history
}

export async function startTestKeys(first: Signer = createSigner(generateKeyPem())): Promise<TestKeys> {
  const history = settled(await startHistory({ nodeId: first.keyId, firstKey: first.publicJwk }, nodeVerifyPort))
  return { nodeId: first.keyId, first, current: first, statements: [], history }
}

/** The node with one more key, signed by both. */
export async function replaceTestKey(keys: TestKeys, incoming: Signer = createSigner(generateKeyPem())): Promise<TestKeys & { readonly statement: Envelope }> {
  const statement = await signRotation(keys.history, keys.current, { incoming, at: '2026-03-01T12:00:00.000Z' })
  const history = settled(await followRotation(keys.history, statement, nodeVerifyPort))
  return { ...keys, current: incoming, statement, statements: [...keys.statements, statement], history }
}

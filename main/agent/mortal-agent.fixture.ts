/** The keys and the disk of an agent that dies at any write and is started again. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import { PROOF_BATCH_TYPE } from '../../shared/domain/proof-batch.ts'
import { type Signer, createSigner, generateKeyPem } from '../kernel/signing.ts'
import { createStoredProver } from './stored-prover.ts'
import { openAgentStores } from './stores.ts'

/** A process that dies when told: just before a write, or just after it. */
export function createMortality() {
  let writesLeft = Number.POSITIVE_INFINITY
  let isDead = false
  const life = {
    deaths: 0,
    isDead: () => isDead,
    begin: (writes: number) => {
      writesLeft = writes
      isDead = false
    },
    /** What a dead process tries does not happen. */
    check: () => {
      if (isDead) throw new Error('the process died')
    },
    strike: () => {
      life.check()
      if (writesLeft-- > 0) return
      isDead = true
      life.deaths += 1
      life.check()
    },
    mortal:
      <A extends readonly unknown[], T>(write: (...args: A) => T) =>
      (...args: A): T => {
        life.strike()
        const result = write(...args)
        life.strike()
        return result
      },
  }
  return life
}
export type Mortality = ReturnType<typeof createMortality>

/** What says who hands proofs in is no proof. */
const isBatch = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes(PROOF_BATCH_TYPE)

/** The node's key of the moment, which counts the proofs it signs and how often another one took over. */
export function createKeyring(life: Mortality, during: boolean[]) {
  let key = createSigner(generateKeyPem())
  const count = { signatures: 0, keys: 0 }
  const replace = (evidence: Signer['evidence'] = count.keys % 3 === 0 ? 'tpm' : 'software') => {
    count.keys += 1
    key = { ...createSigner(generateKeyPem()), evidence }
  }
  const signWith = (sign: Signer['sign']) => async (bytes: Uint8Array) => {
    life.check()
    if (!isBatch(bytes)) count.signatures += 1
    const signature = await sign(bytes)
    if (during.shift()) replace()
    return signature
  }
  const signer: Signer = {
    alg: key.alg,
    get keyId() {
      return key.keyId
    },
    get publicJwk() {
      return key.publicJwk
    },
    get evidence() {
      return key.evidence
    },
    get sign() {
      return signWith(key.sign)
    },
  }
  return { signer, nodeId: key.keyId, count, replace }
}
export type Keyring = ReturnType<typeof createKeyring>

/** The agent's process: what it keeps on the disk outlives it. */
export function createMortalAgent(directory: string, { life, keyring }: { life: Mortality; keyring: Keyring }) {
  const clock = createFakeClock()
  const { signer, nodeId } = keyring
  const ids = createIds(clock)
  const start = () => {
    life.begin(Number.POSITIVE_INFINITY)
    const stores = openAgentStores(directory)
    const atomically: typeof stores.atomically = (work) => life.mortal(() => stores.atomically(work))()
    const outbox = { ...stores.outbox, remove: life.mortal(stores.outbox.remove) }
    return { stores, outbox, prover: createStoredProver({ stores: { ...stores, atomically }, nodeId, signer, ids, clock, handOver: () => undefined }) }
  }
  let parts = start()
  const stop = () => parts.stores[Symbol.dispose]()
  const restart = (betweenLives: () => void = () => undefined) => {
    stop()
    betweenLives()
    parts = start()
  }
  /** Does something and dies after so many writes; another process is started after it. */
  const live = async (writes: number, act: () => Promise<void>) => {
    life.begin(writes)
    await act().catch((error: unknown) => {
      if (!life.isDead()) throw error
    })
    if (life.isDead()) restart()
    life.begin(Number.POSITIVE_INFINITY)
  }
  /** Keeps what the disk holds now; returns what puts it back. */
  const backup = () => {
    const [file, copy] = [join(directory, 'agent.sqlite'), join(directory, 'backup.sqlite')]
    restart(() => copyFileSync(file, copy))
    return () => restart(() => copyFileSync(copy, file))
  }
  return { clock, parts: () => parts, live, restart, backup, stop }
}
export type MortalAgent = ReturnType<typeof createMortalAgent>

import type { InputOf } from '../../../shared/contract/define.ts'
import type { vaultCalls } from '../../../shared/contract/vault.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { fromBase58 } from '../../../shared/domain/base58.ts'
import { decodeMessage } from '../../../shared/domain/solana-transaction.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { assembleSigned } from '../../chain/chain.ts'
import { transact } from '../persistence/database.ts'
import type { VaultDeps } from './deps.ts'
import { type Releasing, nextStep } from './next-step.ts'
import { type SignedRelease, type Vault, createVaultsStore } from './vaults.store.ts'

export type SignOrder = InputOf<(typeof vaultCalls)['signVault']>

const keyOf = (address: string): PublicJwk => ({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(fromBase58(address)).toString('base64url') })

const CHANGED = 'That is not what is to be signed now: something has changed since, or it was changed. Ask for it again: windfall vault sign'

/** The block hash that was signed with; the rest of what was handed in is built again and compared. */
function blockhashOf(message: Uint8Array): string {
  try {
    return decodeMessage(message).recentBlockhash
  } catch (error) {
    throw new WindfallError('input.invalid', CHANGED, { cause: error })
  }
}

interface Signed {
  readonly vault: Vault
  readonly bytes: Uint8Array
  readonly signature: Uint8Array
}

/** Keeps the release before anybody can send it, and books it. Error: `conflict` if something has happened since it was planned. */
function keep(
  deps: VaultDeps,
  { vault, planned, release }: { readonly vault: Vault; readonly planned: Releasing; readonly release: SignedRelease },
): Promise<void> {
  const { jobId, requesterId } = vault
  return transact(deps.db, async (tx) => {
    const store = createVaultsStore(tx)
    const [now, held] = [await store.get(jobId), await deps.books.held(tx, vault)]
    const isSame = now?.state === vault.state && held.microUsdc === planned.held.microUsdc && held.free === planned.held.free
    if (!isSame || (await deps.books.holdUp(tx, jobId))) throw new WindfallError('conflict', CHANGED)
    await store.addRelease(release)
    await store.setState(jobId, 'releasing')
    await deps.books.release(tx, { jobId, requesterId, ...held, signature: release.signature })
    const { signature, by, paid, returned } = release
    await deps.decide(tx, 'vault.releasing', { jobId, requesterId, signature, by, paidMicroUsdc: String(paid), returnedMicroUsdc: String(returned) })
  })
}

async function release(
  deps: VaultDeps,
  { vault, bytes, signature }: Signed,
  given: { readonly order: SignOrder; readonly planned: Releasing },
): Promise<Uint8Array> {
  const { order, planned } = given
  const raw = assembleSigned(bytes, [signature, await deps.wallet.sign(bytes)])
  // The hash may be older than this one, never newer: by this height it cannot land any more.
  const { lastValidBlockHeight: lastHeight } = await deps.chain.latestBlockhash()
  const { paid, returned, by } = planned
  const kept = { signature: order.signature, jobId: vault.jobId, by, raw: Buffer.from(raw).toString('base64'), lastHeight, paid, returned }
  await keep(deps, { vault, planned, release: { ...kept, state: 'sent', at: deps.clock.now() } })
  return raw
}

/**
 * Takes a signature, adds the coordinator's own to a release, and sends it. What was signed is built again from what the books and the vault say now, and
 * has to be the same byte for byte. Errors: `input.invalid`, `auth.refused`, `conflict`, `chain.refused` for what would fail, `chain.unavailable`.
 */
export async function signStep(deps: VaultDeps, vault: Vault, order: SignOrder): Promise<void> {
  if (await createVaultsStore(deps.db).release(order.signature)) return
  const [bytes, signature] = [new Uint8Array(Buffer.from(order.message, 'base64')), fromBase58(order.signature)]
  const planned = await nextStep(deps, vault, order.by)
  const expected = deps.chain.compile(planned.signer, planned.instructions, blockhashOf(bytes))
  if (!Buffer.from(expected).equals(bytes)) throw new WindfallError('conflict', CHANGED)
  if (!deps.verify(keyOf(planned.signer), bytes, signature)) throw new WindfallError('auth.refused', `That is not a signature of ${planned.signer} on this.`)
  const signatures = planned.step === 'open' ? [signature] : [signature, new Uint8Array(signature.length)]
  const { err } = await deps.chain.simulate(assembleSigned(bytes, signatures))
  if (err !== null)
    throw new WindfallError(
      'chain.refused',
      `The cluster would refuse this (${err}). Does ${planned.signer} have what it takes, in SOL for the fee and in USDC?`,
    )
  if (planned.step === 'open') return void (await deps.chain.send(assembleSigned(bytes, [signature])))
  const raw = await release(deps, { vault, bytes, signature }, { order, planned })
  // It is kept: whatever comes of this, it is sent again until it has landed or never can.
  await deps.chain.send(raw).catch(() => {})
}

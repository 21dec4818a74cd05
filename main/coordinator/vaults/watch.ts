import type { Tx } from '../persistence/database.ts'
import { transact } from '../persistence/database.ts'
import type { VaultDeps } from './deps.ts'
import { balanceOf } from './next-step.ts'
import { type SignedRelease, type Vault, createVaultsStore } from './vaults.store.ts'

const HISTORY = 1_000

/** Looks at the vaults that wait for their money and at the releases that are under way. Error: `chain.unavailable`. */
export async function lookAtVaults(deps: VaultDeps): Promise<void> {
  const store = createVaultsStore(deps.db)
  for (const vault of await store.inState('waiting')) await lookForMoney(deps, vault)
  for (const release of await store.underWay()) await follow(deps, release)
}

async function lookForMoney(deps: VaultDeps, vault: Vault): Promise<void> {
  const now = deps.clock.now()
  const there = (await balanceOf(deps, vault, 'finalized')) ?? 0n
  if (there < vault.due && now < vault.expiresAt) return
  const { jobId, requesterId, due } = vault
  await transact(deps.db, async (tx) => {
    if ((await createVaultsStore(tx).get(jobId))?.state !== 'waiting') return
    const state = there >= due ? 'funded' : 'expired'
    await createVaultsStore(tx).setState(jobId, state)
    // What is more than was agreed on goes back with the rest of it.
    if (state === 'funded') await deps.books.fund(tx, { jobId, requesterId, microUsdc: due })
    await deps.decide(tx, `vault.${state}`, { jobId, requesterId, microUsdc: String(there) })
  })
}

/** The same bytes again and again, until they have landed for good, or never will. What the cluster answers to them decides nothing. */
async function follow(deps: VaultDeps, release: SignedRelease): Promise<void> {
  const { signature, lastHeight, raw } = release
  const height = await deps.chain.blockHeight('finalized')
  const [status] = await deps.chain.statuses([signature])
  if (status?.level === 'finalized') return finish(deps, release, status.err === null ? 'final' : 'dead')
  if (status) return
  if (height <= lastHeight) return void (await deps.chain.send(new Uint8Array(Buffer.from(raw, 'base64'))).catch(() => {}))
  const vault = await createVaultsStore(deps.db).get(release.jobId)
  if (!vault) return
  const found = (await deps.chain.historyOf(vault.account, { limit: HISTORY })).find((one) => one.signature === signature)
  if (found) return finish(deps, release, found.err === null ? 'final' : 'dead')
  // Past its time, not in the history of what it would have closed, and that is still there: it never happened.
  if ((await balanceOf(deps, vault, 'finalized')) !== null) return finish(deps, release, 'dead')
}

const stateAfter = async (deps: VaultDeps, tx: Tx, vault: Vault): Promise<'funded' | 'expired'> =>
  (await deps.books.held(tx, vault)).microUsdc > 0n ? 'funded' : 'expired'

function finish(deps: VaultDeps, { signature, jobId, paid, returned }: SignedRelease, state: 'final' | 'dead'): Promise<void> {
  return transact(deps.db, async (tx) => {
    const store = createVaultsStore(tx)
    const [vault, known] = [await store.get(jobId), await store.release(signature)]
    if (!vault || known?.state !== 'sent') return
    await store.setRelease(signature, state)
    await deps.books.close(tx, { signature, outcome: state === 'final' ? 'emptied' : 'kept' })
    await store.setState(jobId, state === 'final' ? 'released' : await stateAfter(deps, tx, vault))
    const body = { jobId, requesterId: vault.requesterId, signature, paidMicroUsdc: String(paid), returnedMicroUsdc: String(returned) }
    await deps.decide(tx, state === 'final' ? 'vault.released' : 'vault.kept', body)
  })
}

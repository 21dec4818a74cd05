import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { VaultStep, VaultView, vaultCalls } from '../../../shared/contract/vault.ts'
import { isAddress } from '../../../shared/domain/base58.ts'
import { type Viewer, rowsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { VaultDeps } from './deps.ts'
import { nextStep } from './next-step.ts'
import { cancelVault, writeOff } from './orders.ts'
import { type VaultTerms, termsOf } from './plan.ts'
import { type SignOrder, signStep } from './sign.ts'
import { type Vault, createVaultsStore } from './vaults.store.ts'
import { viewVault } from './view.ts'

type In<K extends keyof typeof vaultCalls> = InputOf<(typeof vaultCalls)[K]>

/** Vaults of protected jobs; who asks comes first. Error of all: `not-found`, also for somebody else's. */
export interface Vaults {
  /** Errors: `input.invalid`, `conflict` for an id that means something else, `rate.limited`. */
  readonly open: (requesterId: string, order: In<'openVault'>) => Promise<VaultView>
  readonly show: (viewer: Viewer, jobId: string) => Promise<VaultView>
  /** Newest first, one's own; for operators those of everybody. */
  readonly list: (viewer: Viewer, page: In<'listVaults'>) => Promise<OutputOf<(typeof vaultCalls)['listVaults']>>
  /** Errors: those of {@link cancelVault}. */
  readonly cancel: (viewer: Viewer, jobId: string) => Promise<VaultView>
  /** Of anybody's. Errors: those of {@link writeOff}. */
  readonly writeOff: (by: string, order: In<'writeOffVault'>, settle?: (tx: Tx) => Promise<void>) => Promise<VaultView>
  /** Errors: `conflict` if there is nothing to sign, `chain.unavailable`. */
  readonly plan: (viewer: Viewer, order: In<'planVault'>) => Promise<VaultStep>
  /** Errors: those of {@link signStep}. */
  readonly sign: (viewer: Viewer, order: SignOrder) => Promise<VaultView>
}

/** For so long a vault waits for its money. */
const TTL_MS = 86_400_000
const LEAST = 1_000_000n
const MOST = 1_000_000_000_000n
const MOST_WAITING = 20

function agreeOn({ arbiter, usdcMint, chain, wallet }: VaultDeps, { jobId, wallet: payer, microUsd }: In<'openVault'>): VaultTerms {
  if (arbiter === null || usdcMint === null)
    throw new WindfallError(
      'input.invalid',
      'This coordinator protects no jobs: it has named no arbiter, or takes no USDC on this cluster. Pay in instead: windfall requester deposit',
    )
  const due = BigInt(microUsd)
  if (due < LEAST || due > MOST) throw new WindfallError('input.invalid', 'A vault is for $1 to $1,000,000.')
  if (!isAddress(payer) || !chain.isOnCurve(payer) || [arbiter, wallet.address].includes(payer))
    throw new WindfallError('input.invalid', `${payer} cannot be your part of a vault. Give the address of a wallet of your own.`)
  return termsOf({ jobId, wallet: payer, coordinator: wallet.address, arbiter, mint: usdcMint, due }, chain.isOnCurve)
}

/** The vault there is under this id, or this one. */
function keepVault(deps: VaultDeps, vault: Vault): Promise<Vault> {
  const { jobId, requesterId, wallet, due } = vault
  return transact(deps.db, async (tx) => {
    const store = createVaultsStore(tx)
    const known = await store.get(jobId)
    if (known?.requesterId === requesterId && known.wallet === wallet && known.due === due) return known
    if (known || (await deps.isTaken(tx, jobId))) throw new WindfallError('conflict', `There is already another job ${jobId}. Choose a new id.`)
    if ((await store.countWaiting(requesterId)) >= MOST_WAITING)
      throw new WindfallError('rate.limited', `${MOST_WAITING} vaults of yours wait for their money. Pay into one of them, or wait until they are over.`)
    await store.add(vault)
    await deps.decide(tx, 'vault.opened', { jobId, requesterId, wallet, account: vault.account, arbiter: vault.arbiter, dueMicroUsdc: String(due) })
    return vault
  })
}

async function find({ db }: VaultDeps, { account, all }: Pick<Viewer, 'account' | 'all'>, jobId: string): Promise<Vault> {
  const vault = await createVaultsStore(db).get(jobId)
  if (vault && (vault.requesterId === account || all)) return vault
  const where = all ? 'There is no vault' : 'You have no vault'
  throw new WindfallError('not-found', `${where} for a job ${jobId}. See those that there are: windfall vault list. Begin one: windfall vault open`)
}

const ANY = { account: null, all: true }

/** Where the money of protected jobs lies, and how it gets there and away. */
export function createVaults(deps: VaultDeps): Vaults {
  return {
    async open(requesterId, order) {
      const now = deps.clock.now()
      const vault = await keepVault(deps, { ...agreeOn(deps, order), requesterId, state: 'waiting', createdAt: now, expiresAt: now + TTL_MS })
      return viewVault(deps, vault)
    },
    show: async (viewer, jobId) => viewVault(deps, await find(deps, viewer, jobId)),
    async list(viewer, { after, limit }) {
      const found = await createVaultsStore(deps.db).page(rowsOf(viewer), { after, limit: limit + 1 })
      const page = found.slice(0, limit)
      const items: VaultView[] = []
      for (const vault of page) items.push(await viewVault(deps, vault))
      return { items, next: found.length > limit ? (page.at(-1)?.jobId ?? null) : null }
    },
    async cancel(viewer, jobId) {
      await cancelVault(deps, await find(deps, viewer, jobId))
      return viewVault(deps, await find(deps, viewer, jobId))
    },
    async writeOff(by, { jobId, reason }, settle) {
      await writeOff(deps, await find(deps, ANY, jobId), { reason, by, settle })
      return viewVault(deps, await find(deps, ANY, jobId))
    },
    async plan(viewer, order) {
      const { step, signer, what, instructions } = await nextStep(deps, await find(deps, viewer, order.jobId), order.by)
      const { blockhash } = await deps.chain.latestBlockhash()
      return { step, signer, what, message: Buffer.from(deps.chain.compile(signer, instructions, blockhash)).toString('base64') }
    },
    async sign(viewer, order) {
      await signStep(deps, await find(deps, viewer, order.jobId), order)
      return viewVault(deps, await find(deps, viewer, order.jobId))
    },
  }
}

import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { VaultStep, VaultView, vaultCalls } from '../../../shared/contract/vault.ts'
import { isAddress } from '../../../shared/domain/base58.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { transact } from '../persistence/database.ts'
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
  readonly show: (by: string, jobId: string) => Promise<VaultView>
  /** Newest first, one's own; for operators those of everybody. */
  readonly list: (by: string, page: In<'listVaults'>) => Promise<OutputOf<(typeof vaultCalls)['listVaults']>>
  /** Errors: those of {@link cancelVault}. */
  readonly cancel: (by: string, jobId: string) => Promise<VaultView>
  /** Errors: `auth.refused` for whoever is no operator, and those of {@link writeOff}. */
  readonly writeOff: (by: string, order: In<'writeOffVault'>) => Promise<VaultView>
  /** Errors: `conflict` if there is nothing to sign, `chain.unavailable`. */
  readonly plan: (by: string, order: In<'planVault'>) => Promise<VaultStep>
  /** Errors: those of {@link signStep}. */
  readonly sign: (by: string, order: SignOrder) => Promise<VaultView>
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

async function find({ db, isOperator }: VaultDeps, by: string, jobId: string): Promise<Vault> {
  const vault = await createVaultsStore(db).get(jobId)
  if (vault && (vault.requesterId === by || isOperator(by))) return vault
  const where = isOperator(by) ? 'There is no vault' : 'You have no vault'
  throw new WindfallError('not-found', `${where} for a job ${jobId}. See those that there are: windfall vault list. Begin one: windfall vault open`)
}

/** Where the money of protected jobs lies, and how it gets there and away. */
export function createVaults(deps: VaultDeps): Vaults {
  return {
    async open(requesterId, order) {
      const now = deps.clock.now()
      const vault = await keepVault(deps, { ...agreeOn(deps, order), requesterId, state: 'waiting', createdAt: now, expiresAt: now + TTL_MS })
      return viewVault(deps, vault)
    },
    show: async (by, jobId) => viewVault(deps, await find(deps, by, jobId)),
    async list(by, { after, limit }) {
      const found = await createVaultsStore(deps.db).page(deps.isOperator(by) ? null : by, { after, limit: limit + 1 })
      const page = found.slice(0, limit)
      const items: VaultView[] = []
      for (const vault of page) items.push(await viewVault(deps, vault))
      return { items, next: found.length > limit ? (page.at(-1)?.jobId ?? null) : null }
    },
    async cancel(by, jobId) {
      await cancelVault(deps, await find(deps, by, jobId))
      return viewVault(deps, await find(deps, by, jobId))
    },
    async writeOff(by, { jobId, reason }) {
      if (!deps.isOperator(by)) throw new WindfallError('auth.refused', 'Only the operator of this coordinator may do this. Ask with its key.')
      await writeOff(deps, await find(deps, by, jobId), { reason, by })
      return viewVault(deps, await find(deps, by, jobId))
    },
    async plan(by, order) {
      const { step, signer, what, instructions } = await nextStep(deps, await find(deps, by, order.jobId), order.by)
      const { blockhash } = await deps.chain.latestBlockhash()
      return { step, signer, what, message: Buffer.from(deps.chain.compile(signer, instructions, blockhash)).toString('base64') }
    },
    async sign(by, order) {
      await signStep(deps, await find(deps, by, order.jobId), order)
      return viewVault(deps, await find(deps, by, order.jobId))
    },
  }
}

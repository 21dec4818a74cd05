import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { CoordinatorChoice, CoordinatorWish } from '../../shared/contract/first-run.ts'
import { WindfallError } from '../../shared/errors.ts'
import { coordinatorAddress } from './coordinator-address.ts'
import type { OwnerCoordinator } from './owner-coordinator.ts'
import type { AgentStores } from './stores.ts'

/** What would be lost, or could not be had any more, if this machine worked for another coordinator. */
export interface Outstanding {
  readonly jobs: number
  readonly reports: number
  /** Earned and not paid, in micro-USD. */
  readonly unpaid: bigint
  /** A new device key waits for the present coordinator to know it. */
  readonly keyWaits: boolean
}

export interface CoordinatorChangeDeps {
  readonly owner: OwnerCoordinator
  readonly outstanding: () => Outstanding
  /** Addresses of coordinators that this machine has worked for. */
  readonly known: () => readonly string[]
  /** Asks whether it is a coordinator, and to let this machine in. */
  readonly introduce: (url: string, token: string | null) => Promise<void>
  /** Works for the one that is kept now. */
  readonly follow: () => void
}

export interface CoordinatorChange {
  readonly view: () => CoordinatorChoice
  /** Errors: see `setCoordinator` of the contract; then nothing has changed. */
  readonly set: (wish: CoordinatorWish) => Promise<CoordinatorChoice>
}

/** What this machine has of its coordinator’s, and its coordinator of this machine’s. */
export function outstandingOf({ earnings, node }: Pick<AgentStatus, 'earnings' | 'node'>, { jobs, outbox }: Pick<AgentStores, 'jobs' | 'outbox'>): Outstanding {
  const unpaid = [earnings.accruedMicroUsd, earnings.confirmedMicroUsd, earnings.inFlightMicroUsd].reduce((sum, amount) => sum + BigInt(amount), 0n)
  return { jobs: jobs.open().length, reports: outbox.count(), unpaid, keyWaits: node.key.next !== null }
}

/** Why another coordinator may not be set now; `null` if it may. */
function whyNotLeave({ jobs, reports, unpaid, keyWaits }: Outstanding): string | null {
  if (jobs > 0)
    return 'A job of the present coordinator is on this machine. Choose “Finish, then pause”, wait until it has ended and its receipt is here, and try again.'
  if (reports > 0) return 'Proofs of finished jobs have not reached the present coordinator yet. They are sent by themselves; try again after that.'
  if (unpaid > 0n)
    return 'The present coordinator owes you earnings that are not paid yet. Claim them under Payouts first, and try again once they have arrived.'
  return keyWaits ? 'The present coordinator does not know your new device key yet. It is told by itself; try again after that.' : null
}

const originOf = (url: string | null): string | null => (url === null ? null : (URL.parse(url)?.origin ?? null))
const TOKEN = /^[\x21-\x7e]{1,100}$/

function tokenOf(typed: string | undefined): string | null {
  const token = typed?.trim() ?? ''
  if (token === '') return null
  if (!TOKEN.test(token))
    throw new WindfallError('input.invalid', 'That is no token: it has letters, digits and signs only. Copy it again from the operator’s message.')
  return token
}

/** The owner's way to another coordinator, or to their first one. */
export function createCoordinatorChange(deps: CoordinatorChangeDeps): CoordinatorChange {
  const { owner } = deps
  let busy = false
  const insist = (url: string) => {
    if (owner.view().setBy === 'start')
      throw new WindfallError(
        'conflict',
        'The coordinator was named as Windfall was started, with --coordinator or WINDFALL_COORDINATOR. Start it without that to choose here.',
      )
    const here = originOf(owner.url())
    if (here === url || (here === null && deps.known().some((known) => originOf(known) === url))) return
    const { keyWaits, ...rest } = deps.outstanding()
    const problem = whyNotLeave({ ...rest, keyWaits: keyWaits && here !== null })
    if (problem !== null) throw new WindfallError('conflict', problem)
  }
  const change = async (wish: CoordinatorWish) => {
    const [url, token] = [coordinatorAddress(wish.url), tokenOf(wish.enrolmentToken)]
    insist(url)
    await deps.introduce(url, token)
    // A job may have come meanwhile.
    insist(url)
    if (originOf(owner.url()) === url) return owner.view()
    owner.keep(url)
    deps.follow()
    return owner.view()
  }
  return {
    view: owner.view,
    async set(wish) {
      if (busy) throw new WindfallError('conflict', 'Another coordinator is being asked just now. Try again in a moment.')
      busy = true
      return change(wish).finally(() => {
        busy = false
      })
    },
  }
}

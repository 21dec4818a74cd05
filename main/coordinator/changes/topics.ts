import type { ChangeTopic } from '../../../shared/contract/changes.ts'
import type { Grants, Permission } from '../../../shared/domain/permissions.ts'

/** Something that has changed, and whose it is; `null`: nobody's, so that only whoever sees everybody's is told. */
export interface Change {
  readonly topic: ChangeTopic
  readonly account: string | null
}

/** What it takes to read the lists of each topic. */
const PERMISSION: Readonly<Record<ChangeTopic, Permission>> = {
  jobs: 'work.read',
  nodes: 'fleet.read',
  zones: 'self.read',
  incidents: 'incidents.read',
  decisions: 'decisions.read',
  receipts: 'receipts.read',
  payouts: 'payouts.read',
  approvals: 'approvals.read',
  ledger: 'account.read',
  acts: 'audit.read',
  keys: 'keys.read',
  members: 'members.read',
  webhooks: 'webhooks.read',
  requesters: 'requesters.read',
  models: 'models.read',
}
const TOPICS = Object.keys(PERMISSION) as ChangeTopic[]

/** The grid is the same for everybody. */
const FOR_ALL: ReadonlySet<ChangeTopic> = new Set<ChangeTopic>(['zones'])

export interface Listener {
  readonly account: string | null
  readonly grants: Grants
}

/** All that somebody may read anything of, in their order. */
export const readable = ({ grants }: Listener): ChangeTopic[] => TOPICS.filter((topic) => grants[PERMISSION[topic]] !== undefined)

/** Which topics to name to somebody: of what is everybody's, only to whoever reads everybody's; of what is somebody's, to them as well. */
export function topicsFor(listener: Listener, changes: readonly Change[]): ChangeTopic[] {
  const isTold = ({ topic, account }: Change): boolean => {
    const reach = listener.grants[PERMISSION[topic]]
    return reach === 'all' || (reach !== undefined && (FOR_ALL.has(topic) || (account !== null && account === listener.account)))
  }
  const told = new Set(changes.filter(isTold).map(({ topic }) => topic))
  return TOPICS.filter((topic) => told.has(topic))
}

/** What decisions of a kind are about, by what the kind begins with. */
const BY_KIND: readonly (readonly [beginning: string, topics: readonly ChangeTopic[]])[] = [
  ['job.', ['jobs']],
  ['array.', ['jobs']],
  ['attempt.', ['jobs']],
  ['lease', ['jobs']],
  ['plan', ['jobs']],
  ['run.', ['jobs']],
  ['checkpoint', ['jobs']],
  ['quorum.', ['jobs']],
  ['result.', ['jobs']],
  ['receipt', ['jobs', 'receipts']],
  ['proof.', ['jobs', 'nodes']],
  ['challenge', ['nodes']],
  ['canary.', ['nodes']],
  ['node.', ['nodes']],
  ['fleet.', ['nodes']],
  ['enrolment.', ['nodes']],
  ['site.', ['nodes']],
  ['incident', ['incidents']],
  ['simulation', ['incidents', 'zones']],
  ['payout', ['payouts']],
  ['credits.', ['ledger']],
  ['dispute.', ['ledger']],
  ['ledger.', ['ledger']],
  ['deposit', ['ledger', 'requesters']],
  ['vault.', ['ledger']],
  ['requester.', ['requesters', 'ledger']],
  ['approval.', ['approvals']],
  ['api-key.', ['keys']],
  ['member.', ['members']],
  ['session.', ['members']],
  ['webhook.', ['webhooks']],
  ['model.', ['models']],
  ['person.', ['members', 'requesters']],
]

/** Which lists show something else after a decision of this kind; every decision is in the list of decisions. */
export const topicsOf = (kind: string): readonly ChangeTopic[] => ['decisions', ...(BY_KIND.find(([beginning]) => kind.startsWith(beginning))?.[1] ?? [])]

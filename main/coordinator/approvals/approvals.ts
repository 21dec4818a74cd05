import type { ApprovalKind, ApprovalView, approvalCalls } from '../../../shared/contract/approval.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { each } from '../../../shared/contract/several.ts'
import type { Grants, Permission, Principal } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Approval, createApprovalsStore } from './approvals.store.ts'

/** Who asks or approves. */
export type Asker = Pick<Principal, 'by' | 'account' | 'grants'>

/** Part of the transaction in which an act happens: it happens only if this passes, and so once. */
type Settle = (tx: Tx) => Promise<void>

/** An act that takes a second person. */
export interface Act<O = unknown, R = unknown> {
  readonly permission: Permission
  /** What it is about: nothing waits twice for the same. */
  about(order: O): string
  /** What happens, in words for whoever approves. */
  summary(order: O): string
  /** Reads an order that was kept. Error: `input.invalid`. */
  read(text: string): O
  /** Does it. `settle` goes into its transaction. */
  run(by: Asker, order: O, settle: Settle): Promise<R>
}

export interface ApprovalDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Whether nobody but the owner has ever been let in here, and it is the owner who asks. */
  readonly isAlone: (asker: Asker) => Promise<boolean>
  /** What somebody may do now, by the name under which they asked. */
  readonly grantsOf: (by: string) => Promise<Grants>
}

type In<K extends keyof typeof approvalCalls> = InputOf<(typeof approvalCalls)[K]>

export interface Approvals<A> {
  /** Does at once what nobody else could approve, and else keeps it. Error: `approval.waiting` with what has to happen next. */
  readonly ask: <K extends keyof A & ApprovalKind>(kind: K, asker: Asker, order: OrderOf<A[K]>) => Promise<ResultOf<A[K]>>
  readonly list: (page: In<'listApprovals'>) => Promise<OutputOf<(typeof approvalCalls)['listApprovals']>>
  /** Error: `not-found`. */
  readonly show: (approvalId: string) => Promise<ApprovalView>
  /** Errors: `auth.refused` for who asked, or may not do it themselves; `not-found`, `conflict`; whatever the act itself refuses, and it goes on waiting. */
  readonly approve: (approver: Asker, approvalId: string) => Promise<ApprovalView>
  /** Errors: `auth.refused`, `not-found`, `conflict`. */
  readonly reject: (by: Asker, order: In<'rejectApproval'>) => Promise<ApprovalView>
}

type OrderOf<X> = X extends Act<infer O> ? O : never
type ResultOf<X> = X extends Act<never, infer R> ? R : never
type Acts = Readonly<Record<ApprovalKind, Act>>

/** For so long something waits for a second person. */
const TTL_MS = 3 * 86_400_000

/** Keys and sessions that count as one person: those of one account, and those of one member. */
export const personOf = ({ by, account }: Pick<Principal, 'by' | 'account'>): string => account ?? by

export function createApprovals<A extends Acts>(deps: ApprovalDeps, acts: A): Approvals<A> {
  const { db, clock } = deps
  const actOf = (kind: ApprovalKind): Act => acts[kind]
  const view = async (approvalId: string) => viewOf(await required(db, approvalId), { now: clock.now(), permission: actOf })
  return {
    async ask(kind, asker, order) {
      const act = actOf(kind)
      if (!(await deps.isAlone(asker))) throw await keep(deps, asker, { kind, act, order })
      const alone: Settle = (tx) => deps.decide(tx, 'approval.alone', { approved: kind, about: act.about(order), by: asker.by, why: ALONE })
      return (await act.run(asker, order, alone)) as never
    },
    async list({ waiting, state, kind, after, limit }) {
      const now = clock.now()
      const states = waiting ? (['waiting'] as const) : each<Approval['state']>(state)
      const found = await createApprovalsStore(db).page({ now, states, kinds: each<ApprovalKind>(kind), after, limit: limit + 1 })
      const items = found.slice(0, limit).map((one) => viewOf(one, { now, permission: actOf }))
      return { items, next: found.length > limit ? (items.at(-1)?.approvalId ?? null) : null }
    },
    show: view,
    async approve(approver, approvalId) {
      await approve(deps, approver, { approvalId, actOf })
      return view(approvalId)
    },
    async reject(by, { approvalId, reason }) {
      const { kind, askedPerson } = await required(db, approvalId)
      if (askedPerson !== personOf(by)) requireHeld(by.grants, actOf(kind).permission, 'you')
      await transact(db, async (tx) => {
        const at = clock.now()
        if (!(await createApprovalsStore(tx).decide(approvalId, { to: 'rejected', by: by.by, at, reason }))) throw isOver(await required(tx, approvalId), at)
        await deps.decide(tx, 'approval.rejected', { approvalId, kind, by: by.by, reason })
      })
      return view(approvalId)
    },
  }
}

const ALONE = 'There is nobody but the owner here who could approve it.'

/** Whoever asks gives a reason in their own words, which are not to look like something else to whoever approves. */
const inOneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 400)

/** Writes down what waits. Returns the refusal that says so. */
async function keep(deps: ApprovalDeps, asker: Asker, { kind, act, order }: { kind: ApprovalKind; act: Act; order: unknown }): Promise<WindfallError> {
  const [about, at] = [act.about(order), deps.clock.now()]
  const waits = await transact(deps.db, async (tx) => {
    const store = createApprovalsStore(tx)
    const known = await store.waitingFor(kind, about)
    if (known && known.expiresAt > at) return sameOrder(known, JSON.stringify(order))
    if (known) await store.expire(known.approvalId)
    const asked = { askedBy: asker.by, askedPerson: personOf(asker), askedAt: at, expiresAt: at + TTL_MS }
    const approval = { approvalId: deps.ids.next(), kind, about, summary: inOneLine(act.summary(order)), body: JSON.stringify(order), ...asked }
    await store.add(approval)
    await deps.decide(tx, 'approval.asked', { approvalId: approval.approvalId, kind, about, summary: approval.summary, by: asker.by })
    return approval
  })
  return new WindfallError(
    'approval.waiting',
    `This takes a second person, and waits for one until ${toIso(waits.expiresAt)}: ${waits.summary}. Somebody else who may do it (${act.permission}) lets it happen with: windfall approval approve ${waits.approvalId}`,
  )
}

/** Error: `conflict` for another order about the same. */
function sameOrder<T extends Pick<Approval, 'approvalId' | 'body'>>(known: T, body: string): T {
  if (known.body === body) return known
  throw new WindfallError(
    'conflict',
    `Something else about the same waits for a second person already. Look at it, and reject it if it is wrong: windfall approval show ${known.approvalId}`,
  )
}

interface Approving {
  readonly approvalId: string
  readonly actOf: (kind: ApprovalKind) => Act
}

async function approve(deps: ApprovalDeps, approver: Asker, { approvalId, actOf }: Approving): Promise<void> {
  const { db, clock } = deps
  const waits = await required(db, approvalId)
  const act = actOf(waits.kind)
  requireHeld(approver.grants, act.permission, 'you')
  if (waits.askedPerson === personOf(approver)) throw new WindfallError('auth.refused', 'You have asked for this yourself: somebody else has to approve it.')
  if (waits.state !== 'waiting' || waits.expiresAt <= clock.now()) throw isOver(waits, clock.now())
  const grants = await deps.grantsOf(waits.askedBy)
  requireHeld(grants, act.permission, waits.askedBy)
  const settle: Settle = async (tx) => {
    const at = clock.now()
    if (!(await createApprovalsStore(tx).decide(approvalId, { to: 'done', by: approver.by, at, reason: null })))
      throw isOver(await required(tx, approvalId), at)
    await deps.decide(tx, 'approval.done', { approvalId, approved: waits.kind, about: waits.about, askedBy: waits.askedBy, by: approver.by })
  }
  const account = waits.askedPerson === waits.askedBy && !waits.askedBy.startsWith('member:') ? waits.askedBy : null
  await act.run({ by: waits.askedBy, account, grants }, act.read(waits.body), settle)
  // An act that had happened already in another way has written nothing.
  if ((await required(db, approvalId)).state === 'waiting') await transact(db, settle)
}

function requireHeld(grants: Grants, permission: Permission, who: string): void {
  if (grants[permission] === undefined)
    throw new WindfallError('auth.refused', `Both who asks and who approves have to be allowed to do it themselves, and ${who} may not: ${permission}.`)
}

async function required(db: Db | Tx, approvalId: string): Promise<Approval> {
  const approval = await createApprovalsStore(db).get(approvalId)
  if (!approval) throw new WindfallError('not-found', `Nothing waits as ${approvalId}. To see what does: windfall approval list`)
  return approval
}

const stateOf = ({ state, expiresAt }: Approval, now: number): Approval['state'] => (state === 'waiting' && expiresAt <= now ? 'expired' : state)

const isOver = (approval: Approval, now: number): WindfallError =>
  new WindfallError('conflict', `${approval.approvalId} does not wait any more: it is ${stateOf(approval, now)}. Ask for it again if it is still wanted.`)

function viewOf(approval: Approval, { now, permission }: { now: number; permission: (kind: ApprovalKind) => Act }): ApprovalView {
  const { approvalId, kind, summary, askedBy, decidedBy, reason } = approval
  return {
    approvalId,
    kind,
    summary,
    permission: permission(kind).permission,
    state: stateOf(approval, now),
    askedBy,
    askedAt: toIso(approval.askedAt),
    expiresAt: toIso(approval.expiresAt),
    decidedBy,
    decidedAt: approval.decidedAt === null ? null : toIso(approval.decidedAt),
    reason,
  }
}

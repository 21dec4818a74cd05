import { parse } from '../../shared/contract/define.ts'
import { ledgerOrderCalls } from '../../shared/contract/ledger-orders.ts'
import { memberCalls } from '../../shared/contract/member.ts'
import { requesterCalls } from '../../shared/contract/requester.ts'
import { vaultCalls } from '../../shared/contract/vault.ts'
import { type Grants, type Principal, type Role, beyond, grantsOf } from '../../shared/domain/permissions.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { z } from 'zod'
import { accountRoles } from './account-roles.ts'
import { type Act, type ApprovalDeps, type Asker, createApprovals, personOf } from './approvals/approvals.ts'
import type { CoordinatorConfig } from './config.ts'
import type { ApprovalParts } from './http/approval-parts.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { createMembersStore } from './members/members.store.ts'
import type { Db } from './persistence/database.ts'

interface ApprovingDeps extends Pick<ApprovalDeps, 'db' | 'clock' | 'ids' | 'decide'> {
  readonly config: Pick<CoordinatorConfig, 'operators' | 'approvalAboveMicroUsd'>
  readonly parts: Pick<CoordinatorParts, 'members' | 'requesters' | 'vaults' | 'ledger'>
}

const dollars = (amount: string): string => `$${(Number(amount) / 1_000_000).toFixed(2)}`

/** An act over orders of this shape, as they are kept until they are approved. */
const act = <S extends z.ZodType, R>(input: S, one: Omit<Act<z.output<S>, R>, 'read'>): Act<z.output<S>, R> => ({
  ...one,
  read: (text) => parse(input, JSON.parse(text), 'order that was kept'),
})

/** What takes a second person: who may run things or move money, and money itself. */
function actsOf({ members, requesters, ledger, vaults }: ApprovingDeps['parts']) {
  return {
    'member.invite': act(memberCalls.inviteMember.input, {
      permission: 'members.write',
      about: ({ email, subject }) => email ?? subject ?? '',
      summary: ({ email, subject, role }) => `let ${email ?? subject} sign in as ${role}`,
      run: members.invite,
    }),
    'member.change': act(memberCalls.changeMember.input, {
      permission: 'members.write',
      about: ({ memberId }) => memberId,
      summary: ({ memberId, role }) => `make the member ${memberId} ${role}`,
      run: members.change,
    }),
    'requester.fund': act(requesterCalls.fundRequester.input, {
      permission: 'ledger.write',
      about: ({ requesterId, depositId }) => `${requesterId}:${depositId}`,
      summary: ({ requesterId, depositId, microUsd }) => `credit ${requesterId} with ${dollars(microUsd)}, as deposit ${depositId}`,
      run: ({ by }, order, settle) => requesters.fund(by, order, settle),
    }),
    'requester.refund': act(ledgerOrderCalls.refundRequester.input, {
      permission: 'ledger.write',
      about: ({ requesterId, refundId }) => `${requesterId}:${refundId}`,
      summary: ({ requesterId, refundId, microUsd, reason }) => `pay ${dollars(microUsd)} back to ${requesterId}, as refund ${refundId}: ${reason}`,
      run: ({ by }, order, settle) => ledger.orders.refund(by, order, settle),
    }),
    'vault.write-off': act(vaultCalls.writeOffVault.input, {
      permission: 'ledger.write',
      about: ({ jobId }) => jobId,
      summary: ({ jobId, reason }) => `book as lost what was taken out of the vault of the job ${jobId}: ${reason}`,
      run: ({ by }, order, settle) => vaults.writeOff(by, order, settle),
    }),
  } as const
}

/** Roles that nobody is given by one person alone. */
const POWERFUL: ReadonlySet<Role> = new Set<Role>(['owner', 'finance'])

/** Acts that take a second person, and what waits for one. */
export function createApproving({ config, parts, ...deps }: ApprovingDeps): ApprovalParts {
  const { approvalAboveMicroUsd: limit } = config
  const approvals = createApprovals({ ...deps, isAlone: aloneIn(deps.db, config.operators), grantsOf: grantsNow(deps.db, config.operators) }, actsOf(parts))
  const { ask, list, show, approve, reject } = approvals
  const isAbove = (microUsd: string): boolean => limit !== null && BigInt(microUsd) > limit
  return {
    list,
    show,
    approve,
    reject,
    acts: {
      invite: (by, order) => (POWERFUL.has(order.role) ? ask('member.invite', mayAsk(by, order.role), order) : parts.members.invite(by, order)),
      change: (by, order) => (POWERFUL.has(order.role) ? ask('member.change', mayAsk(by, order.role), order) : parts.members.change(by, order)),
      fund: (by, order) => (isAbove(order.microUsd) ? ask('requester.fund', by, order) : parts.requesters.fund(by.by, order)),
      refund: (by, order) => (isAbove(order.microUsd) ? ask('requester.refund', by, order) : parts.ledger.orders.refund(by.by, order)),
      writeOff: (by, order) => (limit === null ? parts.vaults.writeOff(by.by, order) : ask('vault.write-off', by, order)),
    },
  }
}

/** Nobody has others give what they may not do themselves, were it ever so well approved. Error: `auth.refused`. */
function mayAsk(by: Principal, role: Role): Principal {
  const missing = beyond(by.grants, grantsOf([role]))
  if (missing === null) return by
  throw new WindfallError('auth.refused', `Only who may do it themselves can make somebody ${role}, and you may not do what comes with it: ${missing}.`)
}

const MEMBER = 'member:'
const memberIdOf = (by: string): string | null => (by.startsWith(MEMBER) ? by.slice(MEMBER.length) : null)

/** What somebody may do now: what they asked for a while ago may be no business of theirs any more. */
const grantsNow =
  (db: Db, operators: readonly string[]) =>
  async (by: string): Promise<Grants> => {
    const memberId = memberIdOf(by)
    if (memberId === null) return grantsOf(accountRoles(by, operators))
    const member = await createMembersStore(db).get(memberId)
    return grantsOf(member ? [member.role] : [])
  }

/**
 * Whether the owner is the only person there has ever been. An owner who has signed in and whoever has the key file are taken for one person until then;
 * from then on the key file is a second one. Somebody who was let in counts for good: who takes a second person out does not act alone by that.
 */
const aloneIn = (db: Db, operators: readonly string[]) => {
  const grants = grantsNow(db, operators)
  return async (asker: Asker): Promise<boolean> => {
    if (operators.some((account) => account !== personOf(asker))) return false
    if (beyond(await grants(asker.by), grantsOf(['owner'])) !== null) return false
    return !(await createMembersStore(db).anyBut(memberIdOf(asker.by)))
  }
}

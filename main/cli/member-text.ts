import type { MemberView, SessionView } from '../../shared/contract/member.ts'
import { fromIso } from '../../shared/units.ts'
import { dateWord, ownTimeZone } from './clock-time.ts'

/** How a member is named: as they were invited, or by their id. */
export const memberName = ({ email, name, memberId }: Pick<MemberView, 'email' | 'name' | 'memberId'>): string => email ?? name ?? memberId

export const day = (time: string | null): string => (time === null ? 'never' : dateWord(fromIso(time), ownTimeZone()))

export const roleWord = ({ role, requesterId }: Pick<MemberView, 'role' | 'requesterId'>): string => (requesterId === null ? role : `${role} of ${requesterId}`)

export const memberLines = (member: MemberView): string[] => [
  `member    ${member.memberId}`,
  ...(member.email === null ? [] : [`email     ${member.email}`]),
  ...(member.name === null ? [] : [`name      ${member.name}`]),
  `role      ${roleWord(member)}`,
  `invited   ${day(member.invitedAt)} by ${member.invitedBy}`,
  `joined    ${member.joinedAt === null ? 'not yet' : day(member.joinedAt)}`,
]

const CLIENTS = { browser: 'browser', cli: 'command line' } as const

export const sessionRow = ({ sessionId, client, label, lastSeenAt, expiresAt, current }: SessionView): string[] => [
  sessionId,
  CLIENTS[client],
  lastSeenAt,
  expiresAt,
  `${label ?? '–'}${current ? '  (this one)' : ''}`,
]

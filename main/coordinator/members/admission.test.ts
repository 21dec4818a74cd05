import { expect, test } from 'vitest'
import { type Arrival, admit } from './admission.ts'
import type { Member } from './members.store.ts'

const identity = { issuer: 'https://login.example', subject: 'subject-1', email: 'ada@example.org', emailVerified: true, name: 'Ada' }
const invited: Member = {
  memberId: 'm-1',
  email: 'ada@example.org',
  name: null,
  role: 'viewer',
  requesterId: null,
  issuer: null,
  subject: null,
  invitedBy: 'owner',
  invitedAt: 1,
  joinedAt: null,
  seenAt: null,
}
const joined: Member = { ...invited, issuer: identity.issuer, subject: identity.subject, joinedAt: 2 }
const arrival = (changes: Partial<Arrival> = {}): Arrival => ({ identity, bySubject: null, byEmail: null, founder: null, hasOwner: true, ...changes })
const unverified = { ...identity, emailVerified: false }

test.each<[string, Partial<Arrival>, string]>([
  ['known by subject', { bySubject: joined }, 'member'],
  ['known by subject, whatever became of the address', { bySubject: joined, identity: { ...unverified, email: null } }, 'member'],
  ['invited by a verified address', { byEmail: invited }, 'invited'],
  ['invited by subject', { bySubject: { ...joined, email: null, joinedAt: null } }, 'invited'],
  ['the owner that is named by address, in any case', { founder: 'ADA@example.org', hasOwner: false }, 'founder'],
  ['the owner that is named by subject', { founder: 'subject-1', hasOwner: false }, 'founder'],
  ['the owner that was invited as something else before', { founder: 'subject-1', hasOwner: false, byEmail: invited }, 'founder'],
])('lets in %s', (_, changes, kind) => expect(admit(arrival(changes))).toMatchObject({ kind }))

test.each<[string, Partial<Arrival>, RegExp]>([
  ['somebody whom nobody knows', {}, /nobody has invited you/],
  ['an address that nobody has made sure of', { byEmail: invited, identity: unverified }, /not made sure/],
  ['one who has the address of a member now', { byEmail: { ...joined, subject: 'subject-2' } }, /signed in here with your e-mail address before/],
  ['one who only says to have it', { byEmail: { ...joined, subject: 'subject-2' }, identity: unverified }, /Nobody has invited you here, or/],
  ['the owner that is named, once there is one', { founder: 'ada@example.org' }, /nobody has invited you/],
  [
    'the owner that is named by an address that nobody has made sure of',
    { founder: 'ada@example.org', hasOwner: false, identity: unverified },
    /not made sure/,
  ],
  [
    'one whose subject looks like the address of the owner',
    { founder: 'ada@example.org', hasOwner: false, identity: { ...unverified, subject: 'ada@example.org' } },
    /./,
  ],
])('refuses %s', (_, changes, words) => expect(() => admit(arrival(changes))).toThrow(words))

import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { grantsOf } from '../../../shared/domain/permissions.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type TestCore, startTestCore } from '../core.fake.ts'
import { CLIENT, type FakeIssuer, type Said, startFakeIssuer } from './issuer.fake.ts'

const HOUR_MS = 3_600_000
const owner = { by: 'ada', grants: grantsOf(['owner']) }
const ADA = { claims: { sub: 'subject-ada', email: 'ada@example.org', email_verified: true, name: 'Ada' } }
let issuer: FakeIssuer
let core: TestCore
beforeAll(async () => {
  issuer = await startFakeIssuer({ now: () => core.clock.now() })
})
afterAll(() => issuer[Symbol.asyncDispose]())
beforeEach(async () => {
  const lengths = { sessionMs: 12 * HOUR_MS, sessionIdleMs: HOUR_MS }
  core = await startTestCore({ changes: () => ({ signIn: { provider: { issuer: issuer.issuer, ...CLIENT }, founder: 'ada@example.org', lengths } }) })
  core.clock.jump(systemClock.now() - core.clock.now())
})
afterEach(() => core[Symbol.asyncDispose]())

const pagesOf = ({ signIn: pages }: Pick<TestCore, 'signIn'>) => {
  if (!pages) throw new Error('people were to sign in')
  return pages
}
const begin = (query = '') => pagesOf(core).begin(new URLSearchParams(query))
const finish = (back: { query: URLSearchParams; browser: string | null; previous?: string | null }) =>
  pagesOf(core).finish({ previous: null, label: 'Firefox', ...back })
async function signIn(said: Said = ADA, previous: string | null = null, query = '') {
  const { address, browser } = await begin(query)
  return finish({ query: issuer.signIn(address, said), browser, previous })
}
async function tokenOf(said?: Said, previous: string | null = null): Promise<string> {
  const found = await signIn(said, previous)
  return found.kind === 'page' ? found.token : ''
}
const whose = (token: string) => core.access.memberOfSession(token)
const invite = (role: 'viewer' | 'operator' = 'viewer') =>
  core.parts.members.invite(owner, { email: 'bob@example.org', subject: null, name: null, role, requesterId: null })
const BOB = { claims: { sub: 'subject-bob', email: 'bob@example.org', email_verified: true } }

test('whom the configuration names becomes owner once, and everybody else has to be invited', async () => {
  await expect(signIn(BOB)).rejects.toMatchObject({ code: 'auth.refused', message: expect.stringContaining('nobody has invited you') })
  const first = await whose(await tokenOf())
  expect(first).toMatchObject({ role: 'owner', account: null })
  expect(await whose(await tokenOf())).toMatchObject({ memberId: first?.memberId, role: 'owner' })
  expect(await core.decided('member.joined')).toEqual([{ memberId: first?.memberId, role: 'owner', as: 'founder' }])
  const { memberId } = await invite()
  expect(await whose(await tokenOf(BOB))).toMatchObject({ memberId, role: 'viewer' })
  // From now on the provider's own name for them counts, and no address.
  expect(await whose(await tokenOf({ claims: { sub: 'subject-bob' } }))).toMatchObject({ memberId })
  await expect(signIn({ claims: { ...BOB.claims, sub: 'subject-of-the-next-bob' } })).rejects.toMatchObject({ code: 'auth.refused' })
})

test('a sign-in is finished once, soon, and in the browser that began it', async () => {
  const own = await begin()
  const query = issuer.signIn(own.address, ADA)
  const refused = { code: 'auth.refused', message: expect.stringContaining('Begin again') }
  // Somebody else's answer in this browser (login CSRF), and this answer in a browser that began nothing.
  await expect(finish({ query: issuer.signIn((await begin()).address, BOB), browser: own.browser })).rejects.toMatchObject(refused)
  await expect(finish({ query, browser: null })).rejects.toMatchObject(refused)
  await expect(finish({ query, browser: 'x'.repeat(43) })).rejects.toMatchObject(refused)
  const twice = new URLSearchParams(query)
  twice.append('state', 'another')
  await expect(finish({ query: twice, browser: own.browser })).rejects.toMatchObject(refused)
  expect(await finish({ query, browser: own.browser })).toMatchObject({ kind: 'page', path: '/auth/signed-in' })
  await expect(finish({ query, browser: own.browser })).rejects.toMatchObject(refused)
  const late = await begin()
  core.clock.jump(600_000)
  await expect(finish({ query: issuer.signIn(late.address, ADA), browser: late.browser })).rejects.toMatchObject(refused)
})

test('a sign-in that one coordinator begins another one finishes, and the session counts at both', async () => {
  const other = core.restart()
  const { address, browser } = await begin()
  const found = await pagesOf(other).finish({ query: issuer.signIn(address, ADA), browser, previous: null, label: null })
  const token = found.kind === 'page' ? found.token : ''
  const { memberId, sessionPrefix: sessionId } = (await whose(token)) ?? { memberId: '', sessionPrefix: '' }
  await core.parts.members.end({ memberId, sessionId })
  expect(await other.access.memberOfSession(token)).toBeNull()
})

test('signing in ends the session that the browser had, so that none is worth anything that was put there before', async () => {
  const planted = await tokenOf()
  const own = await tokenOf(ADA, planted)
  expect(own).not.toBe(planted)
  expect(await whose(planted)).toBeNull()
  expect(await whose(own)).toMatchObject({ role: 'owner' })
})

test('a session ends when it is not used for an hour, after twelve in any case, and by its owner', async () => {
  const [idle, watched, used] = [await tokenOf(), await tokenOf(), await tokenOf()]
  for (let hours = 0; hours < 12; hours += 0.75) {
    expect(await whose(used)).not.toBeNull()
    // A window that listens with it asks so, all the time, although nobody sits before it.
    expect((await core.access.memberOfSession(watched, false)) === null).toBe(hours > 0.75)
    core.clock.jump(0.75 * HOUR_MS)
  }
  expect([await whose(idle), await whose(used)]).toEqual([null, null])
  const [one, other] = [await tokenOf(), await tokenOf()]
  const { memberId, sessionPrefix: sessionId } = (await whose(one)) ?? { memberId: '', sessionPrefix: '' }
  expect(await core.parts.members.sessions({ memberId, sessionId })).toEqual([
    expect.objectContaining({ client: 'browser', label: 'Firefox' }),
    expect.objectContaining({ client: 'browser', label: 'Firefox' }),
  ])
  await core.parts.members.end({ memberId: 'somebody-else', sessionId })
  expect(await whose(one)).not.toBeNull()
  await core.parts.members.end({ memberId, sessionId })
  expect([await whose(one), (await whose(other))?.memberId]).toEqual([null, memberId])
  expect(await core.decided('session.ended')).toEqual([{ memberId, sessionId }])
})

test('what a member may do changes at once on every session, and with the member they are gone', async () => {
  await signIn()
  const { memberId } = await invite('operator')
  const token = await tokenOf(BOB)
  const { code } = await codeFor(BOB)
  await core.parts.members.change(owner, { memberId, role: 'viewer', requesterId: null })
  expect(await whose(token)).toMatchObject({ role: 'viewer' })
  await core.parts.members.remove(owner, { memberId })
  expect(await whose(token)).toBeNull()
  await expect(core.parts.members.redeem({ code, verifier: VERIFIER })).rejects.toMatchObject({ code: 'auth.refused' })
  await expect(signIn(BOB)).rejects.toMatchObject({ code: 'auth.refused' })
})

const VERIFIER = 'v'.repeat(43)
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
async function codeFor(said: Said = ADA) {
  const found = await signIn(said, null, `challenge=${challengeOf(VERIFIER)}&port=49152&label=studio-7`)
  if (found.kind !== 'cli') throw new Error('a command line was to be signed in')
  return found
}

test('a command line has a session for the code that its person gives it, once, soon, and if it was the one that asked', async () => {
  const shown = await codeFor()
  expect(shown).toMatchObject({ port: 49_152, label: 'studio-7' })
  const { token, expiresAt, member } = await core.parts.members.redeem({ code: shown.code, verifier: VERIFIER })
  expect(Date.parse(expiresAt) - core.clock.now()).toBe(12 * HOUR_MS)
  expect(member).toMatchObject({ email: 'ada@example.org', role: 'owner' })
  core.clock.jump(11 * HOUR_MS)
  expect(await whose(token)).toMatchObject({ role: 'owner' })
  const refused = { code: 'auth.refused', message: expect.stringContaining('windfall login') }
  await expect(core.parts.members.redeem({ code: shown.code, verifier: VERIFIER })).rejects.toMatchObject(refused)
  const stolen = await codeFor()
  await expect(core.parts.members.redeem({ code: stolen.code, verifier: 'x'.repeat(43) })).rejects.toMatchObject(refused)
  await expect(core.parts.members.redeem({ code: stolen.code, verifier: VERIFIER })).rejects.toMatchObject(refused)
  const late = await codeFor()
  core.clock.jump(300_000)
  await expect(core.parts.members.redeem({ code: late.code, verifier: VERIFIER })).rejects.toMatchObject(refused)
})

test('nothing that is kept lets anybody in', async () => {
  const token = await tokenOf()
  const { code } = await codeFor()
  const { browser, address } = await begin()
  const state = new URL(address).searchParams.get('state') ?? ''
  const tables = ['member', 'member_session', 'sign_in', 'sign_in_code', 'decision'] as const
  const kept = JSON.stringify(await Promise.all(tables.map((table) => core.db.selectFrom(table).selectAll().execute())))
  for (const secret of [token, token.slice(4), code, browser, state]) expect(kept).not.toContain(secret)
})

import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { OPERATOR, type TestCore, enrol, startTestCore } from '../core.fake.ts'
import { grantApiKey } from './api-keys.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore({ enrolment: 'token' })
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: `wf_00000000_${'k'.repeat(43)}`, at: core.clock.now() })
})
afterEach(() => core[Symbol.asyncDispose]())

const admin = () => core.parts.nodes
const mint = (order: { owner?: string; uses?: number; seconds?: number } = {}) =>
  admin().createToken(OPERATOR, { owner: null, uses: 1, seconds: 3_600, ...order })
const newSigner = () => createSigner(generateKeyPem())
const join = (token: string | null, signer = newSigner()) => enrol(core, signer, null, token)
const refused = (attempt: Promise<unknown>, why: RegExp) =>
  expect(attempt).rejects.toMatchObject({ code: 'enrolment.refused', message: expect.stringMatching(why) })
const members = async (nodeId: string) => (await core.parts.fleets.view(nodeId)).nodes.map((node) => node.nodeId).toSorted()

test('where machines are let in by token, none is without one, and each message says how to get one', async () => {
  await refused(join(null), /by token only.*--enrolment-token/)
  await refused(join(`wfe_${'A'.repeat(43)}`), /unknown.*windfall node token create/)
  await refused(join('nonsense'), /unknown/)
  expect(await core.registry.list()).toEqual([])
})

test('a token lets in as many machines as it says, and each of them may enrol again without it', async () => {
  const { token } = await mint({ uses: 2 })
  const signer = newSigner()
  await join(token, signer)
  await join(token)
  await refused(join(token), /has been used/)
  await join(token, signer)
  await join(null, signer)
  expect(await core.registry.list()).toHaveLength(2)
  expect((await admin().tokens({ after: null, limit: 10 })).items).toMatchObject([{ uses: 2, used: 2, owner: null, revokedAt: null }])
})

test('an expired and a revoked token let nobody in', async () => {
  const [old, revoked] = [await mint({ seconds: 60 }), await mint()]
  await core.clock.advance(60_000)
  await refused(join(old.token), /expired at 2026-03-01T12:11:00.000Z/)
  expect(await admin().revokeToken(OPERATOR, revoked.tokenId)).toMatchObject({ revokedAt: '2026-03-01T12:11:00.000Z' })
  await refused(join(revoked.token), /revoked/)
  expect(await core.decided('enrolment.token-revoked')).toHaveLength(1)
})

test('machines that enrol by the tokens of one owner are in one fleet', async () => {
  const first = await join((await mint({ owner: 'Studio Nine' })).token)
  const second = await join((await mint({ owner: 'Studio Nine' })).token)
  const other = await join((await mint({ owner: 'Another' })).token)
  expect(await members(first.nodeId)).toEqual([first.nodeId, second.nodeId].toSorted())
  expect(await members(other.nodeId)).toEqual([other.nodeId])
})

test('nothing stored or listed shows one', async () => {
  const { token } = await mint()
  const stored = [await core.db.selectFrom('enrolment_token').selectAll().execute(), await core.db.selectFrom('decision').selectAll().execute()]
  expect(JSON.stringify([stored, await admin().tokens({ after: null, limit: 10 })])).not.toContain(token.slice(4))
})

test('tokens are listed newest first, a page at a time', async () => {
  const made: string[] = []
  for (let count = 0; count < 3; count++) {
    made.unshift((await mint()).tokenId)
    await core.clock.advance(1)
  }
  const first = await admin().tokens({ after: null, limit: 2 })
  const rest = await admin().tokens({ after: first.next, limit: 2 })
  expect([...first.items, ...rest.items].map(({ tokenId }) => tokenId)).toEqual(made)
  expect(rest.next).toBeNull()
})

test('however many try at once, no more get in than the token says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 7 }), async (uses, tries) => {
      const { token } = await mint({ uses })
      const outcomes = await Promise.allSettled(Array.from({ length: tries }, () => join(token)))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(Math.min(uses, tries))
    }),
    { numRuns: 15 },
  )
})

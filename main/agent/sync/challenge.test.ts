import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import { type ChallengeDeps, answerChallenges } from './challenge.ts'

interface Sent {
  readonly challengeId: string
  readonly log: string | null
  readonly reason: string | null
}

const samplesOf = async (proofId: string) => gzipSync(`the samples behind ${proofId}`)
const challenge = (n: number) => ({ challengeId: `challenge-${n}`, proofId: `proof-${n}` })
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

/** A coordinator that answers each call as `fate` says. */
function setUp({ fate = () => null, readLog = samplesOf }: { fate?: (sent: Sent) => FailureCode | null; readLog?: ChallengeDeps['readLog'] } = {}) {
  const sent: Sent[] = []
  const [held, log] = [
    { now: 0, most: 0 },
    { info: vi.fn(), warn: vi.fn() },
  ]
  const call = async (_: string, input: unknown) => {
    sent.push(input as Sent)
    held.most = Math.max(held.most, ++held.now)
    await new Promise(setImmediate)
    held.now -= 1
    const code = fate(input as Sent)
    if (code) throw new WindfallError(code, `Refused with ${code}.`)
    return { state: 'valid', message: 'They fit.' }
  }
  return { sent, held, log, ...answerChallenges({ call: call as unknown as ChallengeDeps['call'], readLog, log }) }
}

const unpacked = ({ log }: Sent) => (log === null ? null : gunzipSync(Buffer.from(log, 'base64')).toString())

test('the exact samples are handed in, packed, for the challenge that asked', async () => {
  const { sent, challenged } = setUp()
  challenged([challenge(1), challenge(2)])
  await expect.poll(() => sent.length).toBe(2)
  expect(sent.map((one) => [one.challengeId, unpacked(one), one.reason])).toEqual([
    ['challenge-1', 'the samples behind proof-1', null],
    ['challenge-2', 'the samples behind proof-2', null],
  ])
})

test('samples that are gone are said to be gone', async () => {
  const { sent, challenged } = setUp({ readLog: async () => null })
  challenged([challenge(1)])
  await expect.poll(() => sent).toEqual([{ challengeId: 'challenge-1', log: null, reason: expect.stringContaining('no longer on this machine') }])
})

test('samples that no request can carry are said to be too large', async () => {
  const { sent, challenged } = setUp({ readLog: async () => Buffer.alloc(26 * 1_048_576) })
  challenged([challenge(1)])
  await expect.poll(() => sent).toEqual([{ challengeId: 'challenge-1', log: null, reason: expect.stringContaining('more than one request can carry') }])
})

test.each(['unavailable', 'internal', 'rate.limited'] as const)(
  'an answer that got lost (%s) is given again when the challenge is heard of again',
  async (code) => {
    let lost = 1
    const { sent, challenged, log } = setUp({ fate: () => (lost-- > 0 ? code : null) })
    challenged([challenge(1)])
    // Until the loss is known the challenge is still being answered, and hearing of it again changes nothing.
    await expect.poll(() => log.info.mock.calls.length).toBe(1)
    challenged([challenge(1)])
    await expect.poll(() => sent.length).toBe(2)
    expect(sent[1]).toEqual(sent[0])
  },
)

test.each(['conflict', 'not-found', 'input.invalid', 'input.too-large'] as const)(
  'an answer that is refused for good (%s) is not given again, and is logged',
  async (code) => {
    const { sent, challenged, log } = setUp({ fate: () => code })
    challenged([challenge(1)])
    await expect.poll(() => log.warn.mock.calls.length).toBe(1)
    challenged([challenge(1)])
    await settle()
    expect(sent).toHaveLength(1)
  },
)

test('a disk that cannot be read is no answer', async () => {
  let broken = true
  const { sent, challenged, log } = setUp({
    readLog: async (proofId) => {
      if (broken) throw new Error('input/output error')
      return samplesOf(proofId)
    },
  })
  challenged([challenge(1)])
  await expect.poll(() => log.info.mock.calls.length).toBe(1)
  expect(sent).toEqual([])
  broken = false
  challenged([challenge(1)])
  await expect.poll(() => sent.length).toBe(1)
})

test('however often and in whatever order it is asked, each challenge is answered once, one log at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(6), { maxLength: 8 }), { maxLength: 8 }), async (asked) => {
      const { sent, held, challenged } = setUp()
      for (const numbers of asked) challenged(numbers.map(challenge))
      const expected = new Set(asked.flat())
      await expect.poll(() => sent.length).toBe(expected.size)
      for (const numbers of asked) challenged(numbers.map(challenge))
      await settle()
      expect(sent.map(({ challengeId }) => challengeId).toSorted()).toEqual([...expected].map((n) => `challenge-${n}`).toSorted())
      expect(held.most).toBeLessThanOrEqual(1)
    }),
    { numRuns: 40 },
  )
})

test('a coordinator that asks for far too much at once is not followed', async () => {
  const { sent, challenged } = setUp()
  challenged(Array.from({ length: 5_000 }, (_, n) => challenge(n)))
  await expect.poll(() => sent.length).toBe(32)
  await settle()
  expect(sent).toHaveLength(32)
})

import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { createExamine } from './challenge-examine.ts'
import { honestProof, logOf, sampleLines } from './challenge.fixture.ts'

const RUN = { nodeId: 'n'.repeat(43), attemptId: 'attempt-1', endedAt: Date.parse('2026-03-01T12:30:20.000Z'), seconds: 60 }
const LOG = logOf(sampleLines(RUN))
const PROOF = honestProof(RUN, LOG)
const GZIP = gzipSync(LOG)

const failure = (code: string) => expect.objectContaining({ name: 'WindfallError', code })

test('an honest log is confirmed in a thread of its own, while this one goes on', async () => {
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  const finding = await createExamine(systemClock)({ proof: PROOF, gzip: GZIP })
  clearInterval(turning)
  expect(finding.state).toBe('valid')
  expect(finding.figures.length).toBeGreaterThan(10)
  expect(turns).toBeGreaterThan(0)
})

test('another log than the one the proof names is a mismatch', async () => {
  expect(await createExamine(systemClock)({ proof: PROOF, gzip: gzipSync('something else') })).toMatchObject({ state: 'mismatch' })
})

test.each([
  ['no gzip', Buffer.from('not gzip'), 'input.invalid'],
  ['nothing', Buffer.alloc(0), 'input.invalid'],
  ['half of it', GZIP.subarray(0, GZIP.length / 2), 'input.invalid'],
  ['a byte changed on the way', Buffer.from(GZIP).fill(0xff, 40, 60), 'input.invalid'],
  ['a bomb', gzipSync(Buffer.alloc(200 * 1_048_576)), 'input.too-large'],
])('what cannot be unpacked decides nothing: %s', async (_, gzip, code) => {
  await expect(createExamine(systemClock)({ proof: PROOF, gzip })).rejects.toEqual(failure(code))
})

test('one at a time, and no more than a few wait', async () => {
  const examine = createExamine(systemClock)
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => examine({ proof: PROOF, gzip: GZIP })))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
  expect(outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown)).toEqual([
    failure('unavailable'),
    failure('unavailable'),
  ])
  expect(await examine({ proof: PROOF, gzip: GZIP })).toMatchObject({ state: 'valid' })
})

test('an examination that does not end is ended', async () => {
  const impatient = { sleep: async () => true }
  await expect(createExamine(impatient)({ proof: PROOF, gzip: GZIP })).rejects.toEqual(failure('input.too-large'))
})

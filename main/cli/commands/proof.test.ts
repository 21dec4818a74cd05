import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ChallengeView, ProofSummary, ProofView } from '../../../shared/contract/proof.ts'
import { testProof } from '../../../shared/domain/receipt-bundle.fake.ts'
import { run } from '../run.fixture.ts'

const NODE = 'n'.repeat(43)
const SUMMARY: ProofSummary = {
  proofId: 'proof-1',
  nodeId: NODE,
  jobId: 'job-1',
  receiptId: 'receipt-1',
  unpaid: null,
  acceptedAt: '2026-03-01T12:00:00.000Z',
  method: 'counter',
  boardJ: 15_000,
  uncertaintyPct: 5.2,
  challenge: null,
}
const ASKED: ChallengeView = {
  challengeId: 'challenge-1',
  proofId: 'proof-1',
  nodeId: NODE,
  cause: 'requested',
  state: 'asked',
  askedAt: '2026-03-01T12:10:00.000Z',
  deadlineAt: '2026-03-01T12:11:00.000Z',
  endedAt: null,
  message: 'The node has been asked for the samples.',
  figures: [],
}
const ended = (state: ChallengeView['state'], changes: Partial<ChallengeView> = {}): ChallengeView => ({
  ...ASKED,
  state,
  deadlineAt: null,
  endedAt: '2026-03-01T12:10:01.000Z',
  message: 'What came of it.',
  figures: [
    { name: 'energy (J)', claimed: 15_000, found: state === 'valid' ? 15_000 : 14_000.5, agrees: state === 'valid' },
    { name: 'samples', claimed: 61, found: 61, agrees: true },
    { name: 'counter at start (J)', claimed: null, found: null, agrees: true },
  ],
  ...changes,
})

let data: string
/** What the coordinator says of the challenge, each time it is asked; the last one stays. */
let states: ChallengeView[]
let known: ChallengeView[]
let page: { items: ProofSummary[]; next: string | null }
let server: ReturnType<typeof createServer>
const at = () => ['--coordinator', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--key', 'wf_test', '--data', data]

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-proof-'))
  states = [ASKED]
  known = []
  page = { items: [SUMMARY], next: null }
  const next = () => (states.length > 1 ? states.shift() : states[0])
  const answers: Record<string, () => unknown> = {
    'GET /v1/proofs': () => page,
    'GET /v1/proofs/proof-1': (): ProofView => ({ ...SUMMARY, bodySha256: 'a'.repeat(64), proof: testProof(), challenges: known, signals: [] }),
    'POST /v1/proofs/proof-1/challenge': next,
    'GET /v1/proofs/proof-1/challenge': () => ({ challenges: [next()] }),
  }
  server = createServer((request, response) => {
    const found = answers[`${request.method} ${request.url?.split('?')[0]}`]
    request.resume()
    if (found) return response.end(JSON.stringify(found()))
    return response.writeHead(404).end(JSON.stringify({ code: 'not-found', detail: 'There is no such proof.' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

test('proofs are listed with what challenges of them came to, and nothing is said to be nothing', async () => {
  page = {
    items: [
      { ...SUMMARY, challenge: 'mismatch' },
      { ...SUMMARY, proofId: 'proof-2', method: 'estimate' },
    ],
    next: 'proof-2',
  }
  const { code, out } = await run('proof', 'list', ...at())
  expect(code).toBe(0)
  expect(out).toMatch(/^proof +accepted \(UTC\)/)
  expect(out).toMatch(/proof-1 .*4\.17 Wh ± 5\.2 % +counter +SAMPLES DO NOT FIT/)
  expect(out).toMatch(/proof-2 .*≈ 4\.17 Wh .*–\nmore: --after proof-2\n$/)
  page = { items: [], next: null }
  expect((await run('proof', 'list', ...at())).out).toBe('No proofs yet. One comes with every completed job.\n')
})

test('a proof is shown with its figures, and says how to ask for its samples', async () => {
  const { code, out } = await run('proof', 'show', 'proof-1', ...at())
  expect(code).toBe(0)
  expect(out).toContain('proof-1')
  expect(out).toContain('RTX 4080 (gpu)')
  expect(out).toContain('windfall proof challenge proof-1')
})

test('a proof whose samples do not fit says so, with the figures that differ and no others', async () => {
  known = [ended('mismatch')]
  const { out } = await run('proof', 'show', 'proof-1', ...at())
  expect(out).toContain('✗ SAMPLES DO NOT FIT: What came of it.')
  expect(out).toMatch(/✗ +energy \(J\) +15000 +14000\.5/)
  expect(out).not.toContain('✓')
})

test('a challenge is followed to its end: progress on stderr, the verdict and both figures on stdout', async () => {
  states = [{ ...ASKED, deadlineAt: null, message: 'The node is away.' }, ASKED, ASKED, ended('valid')]
  const { code, out, err } = await run('proof', 'challenge', 'proof-1', ...at())
  expect([code, err]).toEqual([0, 'The node is away.\nThe node has been asked for the samples.\n'])
  expect(out).toContain('✓ samples confirm it: What came of it.')
  expect(out).toMatch(/✓ +energy \(J\) +15000 +15000\n/)
  expect(out).toMatch(/✓ +counter at start \(J\) +– +–/)
})

test.each([
  ['mismatch', 1, 'SAMPLES DO NOT FIT'],
  ['refused', 1, 'no samples to check it by'],
  ['overdue', 1, 'node did not answer'],
] as const)('a challenge that ended as %s ends with %i', async (state, exit, words) => {
  states = [ended(state)]
  const { code, out } = await run('proof', 'challenge', 'proof-1', ...at())
  expect([code, out]).toEqual([exit, expect.stringContaining(words)])
})

test('a node that does not answer in the time given is left to it: exit code 5', async () => {
  const { code, out } = await run('proof', 'challenge', 'proof-1', '--timeout', '0', ...at())
  expect([code, out]).toEqual([5, expect.stringContaining('asked, no answer yet')])
})

test('programs get the whole view as one line', async () => {
  states = [ended('valid')]
  const { out, err } = await run('proof', 'challenge', 'proof-1', '--json', ...at())
  expect([JSON.parse(out), err]).toEqual([ended('valid'), ''])
  expect(JSON.parse((await run('proof', 'list', '--json', ...at())).out)).toEqual(page)
})

test('a proof nobody knows is wrong usage', async () => {
  const { code, err } = await run('proof', 'show', 'nothing', ...at())
  expect([code, err]).toEqual([2, 'windfall: There is no such proof.\n'])
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { judgeSamples } from './challenge-verdict.ts'
import { honestProof, logOf, sampleLines } from './challenge.fixture.ts'

const RUN = { nodeId: 'n'.repeat(43), attemptId: 'attempt-1', endedAt: Date.parse('2026-03-01T12:30:20.000Z'), seconds: 60 }
const LINES = sampleLines(RUN)
const LOG = logOf(LINES)
const PROOF = honestProof(RUN, LOG)

const judge = (proof: EnergyProof, log = LOG) => judgeSamples(proof, log, sha256Hex(log))
/** The node committed to the changed log, and claims what the honest one gives. */
const judgeCommitted = (lines: readonly string[]) => judge({ ...PROOF, sampleLogSha256: sha256Hex(logOf(lines)) }, logOf(lines))
const changed = (line: number, change: (line: string) => string): string[] => LINES.map((text, index) => (index === line ? change(text) : text))
const header = (change: (header: Record<string, unknown> & { devices: Record<string, unknown>[] }) => unknown) =>
  changed(0, (line) => JSON.stringify(change(JSON.parse(line))))

test('the samples of an honest run confirm every figure of its proof', () => {
  const { state, figures, message } = judge(PROOF)
  expect([state, message]).toEqual(['valid', expect.stringContaining('give what it says')])
  expect(figures.every(({ agrees }) => agrees)).toBe(true)
  expect(figures.find(({ name }) => name === 'energy (J)')).toEqual({ name: 'energy (J)', claimed: PROOF.boardJ, found: PROOF.boardJ, agrees: true })
  // The run crosses a half-hour.
  expect(figures.filter(({ name }) => name.startsWith('interval '))).toHaveLength(4)
})

test('samples that an older version recorded accuse nobody and prove nothing; others than the proof names stay a lie', () => {
  const lines = header(({ nodeId, devices }) => ({ v: 1, nodeId, devices }))
  expect(judgeCommitted(lines)).toMatchObject({ state: 'refused', message: expect.stringContaining('older version'), figures: [] })
  expect(judge(PROOF, logOf(lines))).toMatchObject({ state: 'mismatch', message: expect.stringContaining('hash') })
})

test('any change to any line is found by the hash alone', () => {
  fc.assert(
    fc.property(fc.nat(LINES.length - 1), fc.nat(200), (line, at) => {
      const lines = changed(line, (text) => {
        const index = at % text.length
        return `${text.slice(0, index)}${text[index] === '1' ? '2' : '1'}${text.slice(index + 1)}`
      })
      expect(judge(PROOF, logOf(lines))).toMatchObject({ state: 'mismatch', message: expect.stringContaining('hash'), figures: [] })
    }),
  )
})

test.each([
  ['energy (J)', { boardJ: PROOF.boardJ * (1 + 2e-6) }],
  ['energy above idle (J)', { marginalJ: (PROOF.marginalJ ?? 0) * 1.01 }],
  ['samples', { samples: PROOF.samples + 1 }],
  ['counter at start (J)', { counterStart: (PROOF.counterStart ?? 0) + 1 }],
  ['counter at end (J)', { counterEnd: null }],
  ['counter resets', { resets: 1 }],
  ['counter wraps', { wraps: 1 }],
  ['readings not believed', { stuck: 1 }],
  ['method', { method: 'rapl' }],
  ['uncertainty (%)', { uncertaintyPct: PROOF.uncertaintyPct / 2 }],
  ['interval 2 (J)', { intervals: PROOF.intervals.map((interval, index) => (index === 1 ? { ...interval, joules: interval.joules + 0.1 } : interval)) }],
  ['interval 1 span', { intervals: PROOF.intervals.map((interval) => ({ ...interval, from: '2026-03-01T12:29:00.000Z' })) }],
  ['intervals', { intervals: PROOF.intervals.slice(0, 1) }],
] as const)('a proof that says something else than its samples is found: %s', (name, lie) => {
  const { state, message, figures } = judge({ ...PROOF, ...lie })
  expect(state).toBe('mismatch')
  expect(message).toContain(name)
  expect(figures.filter(({ agrees }) => !agrees).map((figure) => figure.name)).toContain(name)
})

test('what is lost in the order of additions is no lie, and neither is sharing a device with nobody', () => {
  expect(judge({ ...PROOF, boardJ: PROOF.boardJ * (1 + 5e-7) }).state).toBe('valid')
  expect(judge({ ...PROOF, shared: true }).state).toBe('valid')
})

test('a use of the device that the samples tell of and the proof does not is found', () => {
  const lines = LINES.toSpliced(5, 0, JSON.stringify({ event: 'shared', mono: 8_500, wall: RUN.endedAt }))
  expect(judgeCommitted(lines).message).toContain('shared')
})

describe('a node that committed to a log that does not give its proof', () => {
  test.each([
    [
      'one sample that says more',
      changed(30, (line) => JSON.stringify((JSON.parse(line) as number[]).map((value, index) => (index === 3 ? value + 5_000 : value)))).slice(0, 31),
    ],
    ['a line left out at the end', LINES.slice(0, -1)],
    ['a line left out in the middle', LINES.toSpliced(20, 1)],
    ['a line twice', LINES.toSpliced(20, 0, LINES[20] ?? '')],
    ['another device under the same name', header((of) => ({ ...of, devices: of.devices.map((device) => ({ ...device, uuidHash: 'b'.repeat(64) })) }))],
    ['another limit of power', header((of) => ({ ...of, devices: of.devices.map((device) => ({ ...device, limitW: 3_200 })) }))],
    ['one device more', header((of) => ({ ...of, devices: [...of.devices, ...of.devices] }))],
    ['the log of another attempt', header((of) => ({ ...of, attemptId: 'attempt-2' }))],
    ['the log of another node', header((of) => ({ ...of, nodeId: 'm'.repeat(43) }))],
    ['the log of another hour', header((of) => ({ ...of, wall: Number(of['wall']) - 3_600_000 }))],
  ])('%s', (_, lines) => {
    expect(judgeCommitted(lines)).toMatchObject({ state: 'mismatch' })
  })
})

test.each([
  ['nothing at all', []],
  ['an empty line', ['']],
  ['no JSON', ['not json', ...LINES.slice(1)]],
  ['a header from the future', header((of) => ({ ...of, v: 99 }))],
  ['a header with more than it may say', header((of) => ({ ...of, extra: true }))],
  ['no devices', header((of) => ({ ...of, devices: [] }))],
  ['NaN', changed(9, () => '[0,NaN,1,2,3]')],
  ['infinity', changed(9, () => '[0,1e999,1,2,3]')],
  ['more than a double counts to', changed(9, (line) => line.replace(/,\d+,\d+\]$/, ',90071992547409930000,1]'))],
  ['2^53 where a time should be', changed(9, () => '[0,9007199254740993,9007199254740993,1,1]')],
  ['a negative amount', changed(9, () => '[0,14000,1,-5,1]')],
  ['a device that does not exist', changed(9, () => '[7,14000,1,5,1]')],
  ['a device named __proto__', changed(9, () => '["__proto__",14000,1,5,1]')],
  ['text instead of numbers', changed(9, () => '[0,"14000","1","5","1"]')],
  ['JSON as deep as the line is long', changed(9, () => `${'['.repeat(90_000)}${']'.repeat(90_000)}`)],
  ['objects as deep as that', changed(9, () => `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`)],
  ['a line without end', changed(9, () => 'x'.repeat(5_000_000))],
  ['an event nobody knows', changed(9, () => '{"event":"free money","wall":1}')],
])('a hostile log is named and costs nobody anything: %s', (_, lines) => {
  expect(judgeCommitted(lines)).toMatchObject({ state: 'mismatch', figures: [] })
})

test('whatever bytes a node commits to, there is a verdict', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.json(), { maxLength: 8 }).map((lines) => logOf([LINES[0] ?? '', ...lines])),
  )
  fc.assert(
    fc.property(bytes, (log) => {
      expect(['mismatch', 'valid']).toContain(judge({ ...PROOF, sampleLogSha256: sha256Hex(log) }, log).state)
    }),
  )
})

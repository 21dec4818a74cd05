/**
 * How fast a challenge is answered: the samples of a day at 10 Hz, kept by the agent as it keeps them, over its real session, real HTTP
 * and a real WebSocket on this machine. Prints a table, then one line of JSON; exit code 1 if an answer took more than a second.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { gzipSync } from 'node:zlib'
import { createSampleStore } from '../../main/agent/metering/sample-store.ts'
import { createLogger } from '../../main/kernel/log.ts'
import { eventually, startChallengedNode } from '../support/challenged-node.ts'

const LIMIT_MS = 1_000
const ROUNDS = 5

interface Round {
  /** Until the coordinator had the whole answer. */
  readonly answeredMs: number
  /** Until the samples were integrated again and the verdict was stored. */
  readonly decidedMs: number
}

async function measure(): Promise<Round & { readonly logBytes: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-challenge-'))
  await using of = await startChallengedNode({ seconds: 86_400, hz: 10 })
  writeFileSync(join(directory, `${of.attemptId}.jsonl.gz`), gzipSync(of.log))
  const { clock } = of.server.core
  const samples = createSampleStore({
    directory,
    clock,
    log: createLogger('bench', 'silent'),
    openAttempts: () => [],
    old: { get: () => null, attempts: () => [], remove: () => undefined },
  })
  let answeredAt = Number.NaN
  of.server.app.server.prependListener('request', (request) => {
    if (request.url?.startsWith('/v1/challenges/')) request.once('end', () => (answeredAt = performance.now()))
  })
  const online = of.goOnline(() => samples.readPacked(of.attemptId))
  await eventually(
    () => online.states,
    (states) => states.includes('connected'),
  )
  const askedAt = performance.now()
  await of.ask()
  const challenge = await of.ended()
  if (challenge?.state !== 'valid') throw new Error(`the challenge ended as ${challenge?.state}: ${challenge?.message}`)
  rmSync(directory, { recursive: true })
  return { answeredMs: answeredAt - askedAt, decidedMs: performance.now() - askedAt, logBytes: of.log.byteLength }
}

const rounds: (Round & { readonly logBytes: number })[] = []
for (let round = 0; round < ROUNDS; round++) rounds.push(await measure())
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const answeredMs = median(rounds.map((round) => round.answeredMs))
const decidedMs = median(rounds.map((round) => round.decidedMs))
const logBytes = rounds[0]?.logBytes ?? 0
console.log(`challenge of 24 h at 10 Hz (${(logBytes / 1e6).toFixed(1)} MB of samples), median of ${ROUNDS}, ${cpus()[0]?.model ?? arch()}`)
console.log(`  answered  ${answeredMs.toFixed(0)} ms (limit ${LIMIT_MS} ms)`)
console.log(`  decided   ${decidedMs.toFixed(0)} ms`)
console.log(JSON.stringify({ bench: 'challenge', logBytes, answeredMs, decidedMs, limitMs: LIMIT_MS, ok: answeredMs <= LIMIT_MS }))
if (answeredMs > LIMIT_MS) process.exitCode = 1

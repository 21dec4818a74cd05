import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../kernel/clock.ts'
import { attemptName } from '../container-spec.ts'
import { LIMITS, MIB, NEVER, engine, engineGet, runtimeOf } from '../docker.fixture.ts'
import { LIVE_LOG_BYTES } from '../log-lines.ts'
import { type Arena, openArena } from './arena.fixture.ts'
import { isCompilerThere, attackImage } from './attack.fixture.ts'
import { TAKINGS, type Taking } from './exhaustion.fixture.ts'

let arena: Arena

beforeAll(async () => {
  arena = await openArena('exhaustion')
})

afterAll(() => arena.close())

const REASONS: Readonly<Record<string, string>> = {
  'job.timeout': 'The job ran longer than its limit allows.',
  'job.memory': 'The job used more memory than its limit allows.',
  'job.output-too-large': 'The job wrote more output than its limit allows.',
  'job.log-too-large': 'The job flooded its log: with more than 16 MiB at a time, or 64 KiB a second for long.',
}

async function take({ program, reason, observe, limits }: Taking): Promise<void> {
  const { said, failure } = await arena.fight(program, { limits: { ...limits } })
  if (observe) expect(said).toMatch(observe)
  expect(failure?.reason ?? null).toBe(reason)
  if (!failure) return
  expect(failure.retry).toBe(false)
  expect(failure.message).toMatch(/^The job [^\p{Cc}\p{Cf}]{10,300}$/u)
  expect(failure.message).toBe(REASONS[failure.reason] ?? failure.message)
}

describe.concurrent('a job cannot take', () => {
  for (const taking of TAKINGS) test.skipIf(taking.isCompiled && !isCompilerThere)(taking.name, () => take(taking))

  test.skipIf(!isCompilerThere)('more processes than its share, and the host still starts its own', async () => {
    let pids = { current: 0, limit: 0 }
    const stop = new AbortController()
    const attemptId = `forks-${process.pid}`
    const look = async () => {
      pids = ((await engineGet(`/containers/${attemptName(attemptId)}/stats?stream=false&one-shot=true`)) as { pids_stats: typeof pids }).pids_stats
      execFileSync('true')
      stop.abort('seen')
    }
    const request = { attemptId, jobId: 'j', leaseId: 'l', image: arena.image, args: ['greed fork-bomb'], env: {}, limits: LIMITS, gpuUuids: [] }
    const { end } = await arena.runtime.run(request, { onStarted: () => void look(), onLog: () => undefined }, stop.signal)
    expect(end).toBe('stopped')
    expect(pids.limit).toBe(256)
    expect(pids.current).toBeLessThanOrEqual(256)
  })

  test.skipIf(!isCompilerThere)('more processor time than its quota', async () => {
    const { said } = await arena.fight('greed cpu; true > /job/out/result', { limits: { cpus: 0.5 } })
    const [used = 0, elapsed = 0] = [...said.matchAll(/\d+\.\d+/g)].map(([seconds]) => Number(seconds))
    expect(elapsed).toBeGreaterThan(1)
    expect(used / elapsed).toBeLessThan(0.75)
  })

  test('the disk and the attention of its reader, by its log', async () => {
    const flood =
      'head -c 3000000 /dev/urandom | tr "\\n" " "; yes "$(printf %01000d 0)" | head -c 3000000; head -c 3000000 /dev/zero >&2; true > /job/out/result; sleep 600'
    const stop = new AbortController()
    const attemptId = `flood-${process.pid}`
    const lines: string[] = []
    let kept = 0
    const look = async () => {
      // Its result is there once it has said all it had to say.
      while ((await engine.download(attemptName(attemptId), '/job/out/result', NEVER)) === null) continue
      await engine.lastLogs(attemptName(attemptId), 1_000_000_000, (bytes) => (kept += bytes.length))
      stop.abort('seen')
    }
    const request = { attemptId, jobId: 'j', leaseId: 'l', image: arena.image, args: [flood], env: {}, limits: LIMITS, gpuUuids: [] }
    const { logTail } = await arena.runtime.run(request, { onStarted: () => void look(), onLog: (line) => lines.push(line) }, stop.signal)
    expect(kept).toBeLessThan(2 * MIB)
    // A byte may become the six characters of its escape.
    expect(lines.join('\n').length).toBeLessThan(8 * LIVE_LOG_BYTES)
    expect(logTail.length).toBeLessThanOrEqual(8_192)
  })
})

describe('a job cannot take the disk by its folder', () => {
  /** Ten times as fast as the machine's where the agent looks at something every few seconds; the time limit stays, because a busy disk is slow. */
  const hurried = { ...systemClock, sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms < 10_000 ? ms / 10 : ms, signal) }

  test.each([
    ['with files', 'for i in 1 2 3 4 5 6 7 8; do head -c 100000000 /dev/zero > /job/ckpt/$i; done; sleep 600'],
    ['with sparse files', 'for i in 1 2 3 4 5 6 7 8; do truncate -s 250M /job/ckpt/$i; done; sleep 600'],
  ])('%s', async (_, program) => {
    const runtime = runtimeOf(`exhaustion-${process.pid}`, { clock: hurried })
    await arena.load(await attackImage(), runtime)
    const { failure } = await arena.fight(program, { limits: { wallSeconds: 300 } }, runtime)
    expect(failure).toMatchObject({ reason: 'job.output-too-large', message: 'The job wrote more output than its limit allows.', retry: false })
  })

  test('with many files: all are gone afterwards', async () => {
    const { failure } = await arena.fight('i=0; while [ $i -lt 20000 ]; do : > /job/ckpt/$i; i=$((i+1)); done; true > /job/out/result')
    expect(failure).toBeNull()
  })
})

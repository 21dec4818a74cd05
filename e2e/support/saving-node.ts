/** A node made of the agent's own parts, on its own disk; only sandbox and meter are doubles: one counts and saves what it counted, one says 250 W. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { createHandover } from '../../main/agent/checkpoint-handover.ts'
import { type Checkpoints, createCheckpoints } from '../../main/agent/jobs/checkpoints.ts'
import { tarOf } from '../../main/agent/jobs/image.fixture.ts'
import { PROCESSOR_ONLY, aGpu } from '../../main/agent/jobs/machine.fixture.ts'
import { type Runtime, runResult } from '../../main/agent/jobs/runtime.ts'
import { openAgentStores } from '../../main/agent/stores.ts'
import { createCoordinatorLink } from '../../main/agent/sync/client.ts'
import { runOutbox } from '../../main/agent/sync/outbox.ts'
import type { OutboxItem } from '../../main/agent/sync/outbox.store.ts'
import { createTestWork, testDevices, testMeter } from '../../main/agent/work.fixture.ts'
import { fakeFacts } from '../../main/agent/attempt.fixture.ts'
import type { Meter } from '../../main/agent/metering/meter.ts'
import type { FakeClock } from '../../main/kernel/clock.fake.ts'
import type { Signer } from '../../main/kernel/signing.ts'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { splitAtHalfHours } from '../../shared/domain/half-hours.ts'
import { WindfallError } from '../../shared/errors.ts'
import { epochMs, toIso } from '../../shared/units.ts'

/** Counts from what lies in its folder to `goal`, one step each time the test says so; saves when it has to stop. */
function countingRuntime(checkpoints: Checkpoints, goal: number, steps: { readonly taken: () => number }): Runtime {
  return {
    name: 'docker',
    probe: async () => ({ available: true, version: 'double' }),
    prepare: async () => undefined,
    sweep: async () => [],
    async run({ jobId, attemptId }, { onStarted, onResumed }, signal) {
      const found = await checkpoints.open(jobId)
      const [, from = '0'] = /count=(\d+)/.exec(found ? await text(found.archive) : '') ?? []
      if (found) onResumed?.(found)
      onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
      const reached = () => Math.min(goal, Number(from) + steps.taken())
      while (!signal.aborted && reached() < goal) await turn()
      if (reached() < goal) {
        await checkpoints.keep({ jobId, attemptId }, Readable.from([await tarOf({ 'ckpt/n': { content: `count=${reached()}` } })]))
        return runResult({ end: 'stopped', exitCode: 143, output: new Uint8Array(), logTail: '' })
      }
      await checkpoints.forget(jobId)
      return runResult({ end: 'exited', exitCode: 0, output: Buffer.from(`${from} to ${goal}`), logTail: '' })
    },
  }
}

const WATTS = 250

/** A meter that says what the one of a GPU at a steady load would say of the time that passes. */
const steadyMeter = (clock: FakeClock): Meter => ({
  ...testMeter,
  start() {
    const from = clock.now()
    return {
      async stop() {
        const to = epochMs(Math.max(clock.now(), from + 1))
        const intervals = splitAtHalfHours(from, to).map((span) => ({
          from: toIso(span.from),
          to: toIso(span.to),
          joules: (WATTS * (span.to - span.from)) / 1_000,
          coverage: 1,
        }))
        const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
        const facts = fakeFacts({ startedAt: toIso(from), endedAt: toIso(to), durationMs: to - from })
        const samples = Math.ceil((to - from) / 1_000)
        const energy = { intervals, boardJ, marginalJ: boardJ * 0.9, counterEnd: 100 + boardJ, samples, expectedSamples: samples }
        return { ...facts, measurement: { ...facts.measurement, ...energy } }
      },
    }
  },
})

export interface SavingNodeDeps {
  readonly directory: string
  readonly url: string
  readonly signer: Signer
  readonly clock: FakeClock
  /** What the job counts to. */
  readonly goal: number
}

export type SavingNode = ReturnType<typeof startSavingNode>

/** Starts the node as a new process does: from what the last one left in its folder. */
export function startSavingNode({ directory, url, signer, clock, goal }: SavingNodeDeps) {
  mkdirSync(directory, { recursive: true })
  const stores = openAgentStores(directory)
  const checkpoints = createCheckpoints({ directory: join(directory, 'checkpoints'), store: stores.checkpoints, clock })
  const link = createCoordinatorLink({ baseUrl: url, signer, time: { now: clock.now, doubted: () => false } })
  const steps = { count: 0 }
  const runtime = countingRuntime(checkpoints, goal, { taken: () => steps.count })
  const work = createTestWork({
    stores,
    signer,
    clock,
    checkpoints,
    meter: steadyMeter(clock),
    devices: { ...testDevices, machine: () => ({ ...PROCESSOR_ONLY, gpus: [aGpu('gpu')] }) },
    runtimes: new Map<RuntimeName, Runtime>([['docker', runtime]]),
  })
  work.setSource(link)
  /** Lets time pass and sockets work until something is so. */
  const until = async (done: () => boolean) => {
    while (!done()) {
      await clock.advance(50)
      await turn()
    }
  }
  const during = async (run: (signal: AbortSignal) => Promise<void>, act: () => Promise<void>) => {
    const stop = new AbortController()
    const running = run(stop.signal)
    await act()
    stop.abort()
    await clock.advance(1_000)
    await running
  }
  const job = (lease: Lease) => stores.jobs.get(lease.leaseId)
  return {
    job,
    waiting: () => stores.outbox.peek()?.item ?? null,
    /** What of it the coordinator asks back, over HTTP. */
    askedBack: async ({ leaseId, token }: Lease) =>
      (await link.client.call('heartbeat', { ready: true, reasons: [], running: [{ leaseId, token, state: 'running' }] })).yields,
    /** Works on a lease, and has to stop after so many steps unless it is done before: for its owner, or because of what happens then. */
    work: (lease: Lease, count: number, stop = async (runner: typeof work.runner) => runner.yieldNow('owner-present')) =>
      during(work.runner.run, async () => {
        work.runner.offer(lease)
        await until(() => job(lease)?.state === 'running')
        steps.count = count
        await turn()
        await stop(work.runner)
        await until(() => ['failed', 'submitted'].includes(job(lease)?.state ?? ''))
      }),
    /** Tells the coordinator everything that waits, up to a proof. */
    deliver: () =>
      during(
        (signal) => runOutbox({ ...sending(), outbox: stores.outbox, nodeId: signer.keyId, signer, clock }, signal),
        () => until(() => (stores.outbox.peek()?.item.kind ?? 'proof') === 'proof'),
      ),
    [Symbol.dispose]: () => stores[Symbol.dispose](),
  }

  function sending() {
    return {
      client: link.client,
      random: () => 0,
      handOver: createHandover({ checkpoints, upload: link.sendCheckpoint }),
      // The result stays here, for the test to look at.
      realign: (head: Parameters<typeof work.prover.realign>[0]) =>
        stores.outbox.peek()?.item.kind === 'proof' ? Promise.reject(new WindfallError('unavailable', 'Not now.')) : work.prover.realign(head),
      refused: unexpected,
      accepted: () => undefined,
      postponed: (item: OutboxItem, error: Error) => (item.kind === 'proof' ? undefined : unexpected(item, error)),
    }
  }
}

function unexpected(_: unknown, error: Error): never {
  throw error
}

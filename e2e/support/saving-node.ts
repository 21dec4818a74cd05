/** A node made of the agent's own parts, on its own disk; only the sandbox is a double, which counts and saves what it counted. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { createHandover } from '../../main/agent/checkpoint-handover.ts'
import { type Checkpoints, createCheckpoints } from '../../main/agent/jobs/checkpoints.ts'
import { tarOf } from '../../main/agent/jobs/image.fixture.ts'
import { type Runtime, runResult } from '../../main/agent/jobs/runtime.ts'
import { openAgentStores } from '../../main/agent/stores.ts'
import { createCoordinatorLink } from '../../main/agent/sync/client.ts'
import { runOutbox } from '../../main/agent/sync/outbox.ts'
import type { OutboxItem } from '../../main/agent/sync/outbox.store.ts'
import { createTestWork } from '../../main/agent/work.fixture.ts'
import type { FakeClock } from '../../main/kernel/clock.fake.ts'
import type { Signer } from '../../main/kernel/signing.ts'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'

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
  const work = createTestWork({ stores, signer, clock, checkpoints, runtimes: new Map<RuntimeName, Runtime>([['docker', runtime]]) })
  work.setFetchCheckpoint(link.fetchCheckpoint)
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
        (signal) => runOutbox({ ...sending(), outbox: stores.outbox, signer, clock }, signal),
        () => until(() => (stores.outbox.peek()?.item.kind ?? 'proof') === 'proof'),
      ),
    [Symbol.dispose]: () => stores[Symbol.dispose](),
  }

  function sending() {
    return {
      client: link.client,
      random: () => 0,
      handOver: createHandover({ checkpoints, upload: link.sendCheckpoint }),
      // A double measures nothing, so its proof stays here.
      realign: () => Promise.reject(new WindfallError('unavailable', 'Not now.')),
      refused: unexpected,
      accepted: () => undefined,
      postponed: (item: OutboxItem, error: Error) => (item.kind === 'proof' ? undefined : unexpected(item, error)),
    }
  }
}

function unexpected(_: unknown, error: Error): never {
  throw error
}

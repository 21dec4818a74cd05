/** The real engine gives the machine back to an owner whose game starts while a job runs. How many seconds it takes depends on the machine; what it waits for does not. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { PolicyConfig } from '../../shared/contract/owner-rules.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { systemClock } from '../kernel/clock.ts'
import { openMachine } from './give-back.fixture.ts'
import { AGENT_LABEL, attemptName } from './jobs/container-spec.ts'
import { LIMITS, NEVER, engine, engineGet, prepareImage, removeImages, runtimeOf } from './jobs/docker.fixture.ts'
import { type TestImage, shellImage } from './jobs/image.fixture.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { type Runtime, digestOf } from './jobs/runtime.ts'

const AGENT = `test-give-back-${process.pid}`
const CARD = { usedBytes: 0, processes: [], manners: { endsAfterMs: 0, releasesAfterMs: 0 } }
let built: TestImage

beforeAll(async () => {
  built = await shellImage()
  await prepareImage(built, runtimeOf(AGENT))
})
afterAll(async () => {
  expect(await engine.list(`${AGENT_LABEL}=${AGENT}`, NEVER)).toEqual([])
  await removeImages()
})

interface Ending {
  readonly script: string
  readonly graceMs: number
  /** Whether the job saves its work. */
  readonly checkpoints: boolean
  /** Whether the grace passes before it is gone. */
  readonly waits: boolean
}

/** Far longer than an engine takes for anything. */
const LONG_MS = 60_000

/** Offers a shell script as a job and waits until it runs. */
async function working(id: string, { script, graceMs, checkpoints }: Ending) {
  const runtime = runtimeOf(AGENT, { graceMs: () => graceMs })
  const machine = openMachine({
    clock: systemClock,
    card: CARD,
    config: PolicyConfig.parse({}),
    runtimes: new Map<RuntimeName, Runtime>([['docker', runtime]]),
  })
  onTestFinished(() => machine.close(async () => undefined))
  const lease = fakeLease({ leaseId: id, jobId: id, attemptId: `${id}-${process.pid}` })
  const { image, archive } = built
  machine.work.setSource({ fetchArchive: async () => archive })
  machine.work.runner.offer({
    ...lease,
    spec: { ...lease.spec, runtime: { name: 'docker', image, archive: digestOf(archive), reference: null }, args: [script], limits: LIMITS, checkpoints },
  })
  while (machine.job(id)?.state !== 'running') await delay(20)
  await delay(500)
  return { machine, attemptId: lease.attemptId }
}

/** When the engine saw the container end, epoch milliseconds. */
async function diedAt(attemptId: string, from: number): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ event: ['die'], container: [attemptName(attemptId)] }))
  const window = `since=${Math.floor(from / 1_000) - 1}&until=${Math.ceil(systemClock.now() / 1_000)}`
  const event = (await engineGet(`/events?${window}&filters=${filters}`)) as { timeNano: number }
  return event.timeNano / 1e6
}

/** The engine and we read the clock at our own moments. */
const CLOCKS_MS = 100
const DEAF = 'trap "" TERM; while true; do :; done'

test.each<[string, Ending]>([
  ['ends-when-asked', { script: 'trap "exit 0" TERM; while true; do sleep 0.02; done', graceMs: LONG_MS, checkpoints: true, waits: false }],
  ['does-not-listen', { script: DEAF, graceMs: 5_000, checkpoints: true, waits: true }],
  ['gets-no-grace', { script: DEAF, graceMs: 0, checkpoints: true, waits: false }],
  ['saves-nothing', { script: DEAF, graceMs: LONG_MS, checkpoints: false, waits: false }],
])('a container that %s is gone as soon as that allows, and computes no more before it is', async (id, ending) => {
  const { machine, attemptId } = await working(id, ending)
  const from = systemClock.now()
  machine.set({ games: ['Factorio'] })
  while (machine.stores.yields.last() === null) await delay(20)
  const last = machine.stores.yields.last()
  const decidedAt = Date.parse(last?.at ?? '')
  await delay(1_000)
  const died = await diedAt(attemptId, from)
  expect(last).toMatchObject({ code: 'game', kind: 'stopped' })
  const [stoppedMs, goneMs] = [last?.computeStoppedMs ?? Infinity, last?.goneMs ?? 0]
  expect(stoppedMs).toBeLessThanOrEqual(goneMs)
  if (ending.waits) {
    expect(died - decidedAt).toBeGreaterThanOrEqual(ending.graceMs - CLOCKS_MS)
    // It has lost the processor meanwhile: nobody waits for the grace to pass.
    expect(from + stoppedMs).toBeLessThan(died)
  } else expect(died - decidedAt).toBeLessThan(LONG_MS / 2)
  expect(machine.job(id)).toMatchObject({ state: 'failed', code: 'game' })
})

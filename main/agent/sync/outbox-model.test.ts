import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { type AgentStores, openAgentStores } from '../stores.ts'
import { type Fate, createFakeCoordinator } from './coordinator.fake.ts'
import { runOutbox } from './outbox.ts'
import { createTestProver } from '../stored-prover.fixture.ts'

const signer = createSigner(generateKeyPem())

const heard = (answered: string[], verdict: string) => (item: { kind: string; leaseId: string }) =>
  void answered.push(`${verdict} ${item.kind} ${item.leaseId}`)

/** An agent on real files that is restarted, and dies between an answer and writing it down, whenever a test says so. */
function createLives(directory: string) {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  const answered: string[] = []
  let stores: AgentStores = openAgentStores(directory)
  const restart = () => {
    stores[Symbol.dispose]()
    stores = openAgentStores(directory)
  }
  const live = async (ms: number, diesAfter = Number.POSITIVE_INFINITY) => {
    const stop = new AbortController()
    let left = diesAfter
    const remove = (id: string) => {
      if (left-- <= 0) throw new Error('killed')
      stores.outbox.remove(id)
    }
    const { realign } = createTestProver({ stores, signer, clock })
    const deps = {
      outbox: { ...stores.outbox, remove },
      client: coordinator.client,
      nodeId: signer.keyId,
      signer,
      clock,
      random: () => 0.5,
      handOver: async () => undefined,
      realign,
    }
    const running = runOutbox(
      { ...deps, accepted: heard(answered, 'took'), refused: heard(answered, 'refused'), postponed: () => undefined },
      stop.signal,
    ).catch(() => restart())
    await clock.advance(ms)
    stop.abort()
    await running
  }
  return { coordinator, answered, restart, live, stores: () => stores, prover: () => createTestProver({ stores, signer, clock }) }
}

const Job = fc.record({ step: fc.constant('job' as const), ends: fc.constantFrom('proof', 'given-back', 'fail') })
const Step = fc.oneof(
  { arbitrary: Job, weight: 4 },
  fc.record({ step: fc.constant('online' as const), ms: fc.nat({ max: 40_000 }) }),
  fc.record({ step: fc.constant('offline' as const), ms: fc.nat({ max: 90_000 }) }),
  fc.record({
    step: fc.constant('flaky' as const),
    ways: fc.array(fc.constantFrom<Fate>('well', 'lost', 'answer-lost', 'internal', 'rate.limited'), { maxLength: 12 }),
  }),
  fc.record({ step: fc.constant('killed' as const), after: fc.nat({ max: 4 }) }),
  fc.record({ step: fc.constant('restart' as const) }),
)
type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never

async function take(lives: ReturnType<typeof createLives>, step: Step, number: number): Promise<void> {
  const { coordinator } = lives
  coordinator.fate = () => 'well'
  switch (step.step) {
    case 'job': {
      const held = { leaseId: `l${number}`, token: 1 }
      lives.stores().outbox.add(`start-${number}`, { kind: 'start', ...held }, 0)
      if (step.ends === 'proof') return lives.prover().finish(`l${number}`)
      if (step.ends === 'given-back') return lives.prover().giveBack(`l${number}`)
      return lives.stores().outbox.add(`fail-${number}`, { kind: 'fail', ...held, reason: 'job.exit-code', message: 'x', exitCode: 1, retry: false }, 0)
    }
    case 'online':
      return lives.live(step.ms)
    case 'offline':
      coordinator.fate = () => 'lost'
      return lives.live(step.ms)
    case 'flaky': {
      const ways = [...step.ways]
      coordinator.fate = () => ways.shift() ?? 'well'
      return lives.live(60_000)
    }
    case 'killed':
      return lives.live(5_000, step.after)
    case 'restart':
      return lives.restart()
    default:
      step satisfies never
  }
}

test('whatever happens between, every report arrives once, in the order it was made, over any number of restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 14 }), async (steps) => {
      const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-model-'))
      try {
        const lives = createLives(directory)
        for (const [number, step] of steps.entries()) await take(lives, step, number)
        lives.coordinator.fate = () => 'well'
        for (let round = 0; round < 40 && lives.stores().outbox.peek(); round++) await lives.live(31_000)
        expect(lives.stores().outbox.count()).toBe(0)
        const made = steps.flatMap((step, number) => (step.step === 'job' ? [`start l${number}`, `${step.ends} l${number}`] : []))
        expect(lives.coordinator.taken).toEqual(made)
        expect(lives.answered.filter((text) => text.startsWith('refused'))).toEqual([])
        expect(lives.coordinator.accepted.map(({ proof }) => proof.seq)).toEqual(lives.coordinator.accepted.map((_, index) => index + 1))
        lives.stores()[Symbol.dispose]()
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    }),
    { numRuns: 60 },
  )
})

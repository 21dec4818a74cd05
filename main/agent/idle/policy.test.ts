import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reason } from '../../../shared/contract/agent.ts'
import { type EpochMs, epochMs } from '../../../shared/units.ts'
import type { Signals } from './objections.ts'
import { PolicyConfig } from './policy-config.ts'
import { type PolicyDecision, type PolicyInput, type PolicyMemory, type PolicyRequest, decide, displayOf, restorePolicy } from './policy.ts'

const T0 = Date.parse('2026-03-02T12:00:00.000Z')
const at = (seconds: number): EpochMs => epochMs(T0 + seconds * 1000)
const FREE: Signals = { inputIdle: 900, powerSupply: 'mains', temperatureC: 50, others: [] }
const config = PolicyConfig.parse({})
const fresh = restorePolicy(null)

interface Step {
  readonly now?: EpochMs
  readonly signals?: Partial<Signals>
  readonly config?: Partial<PolicyConfig>
  readonly jobRunning?: boolean
  readonly request?: PolicyRequest
}
const step = (memory: PolicyMemory, { now = at(0), signals, config: changes, jobRunning = false, request }: Step): PolicyDecision => {
  const input: PolicyInput = { now, signals: { ...FREE, ...signals }, config: { ...config, ...changes }, jobRunning }
  return decide(memory, request ? { ...input, request } : input)
}
const codes = ({ reasons }: PolicyDecision) => reasons.map(({ code }) => code)

describe('a machine that nobody needs', () => {
  test('waits for a job, runs it, and waits again', () => {
    const waiting = step(fresh, {})
    const running = step(waiting.state, { jobRunning: true })
    const after = step(running.state, {})
    expect([waiting, running, after].map(({ state }) => state.phase)).toEqual(['waiting', 'running', 'waiting'])
    expect([waiting, running, after].every(({ mayRun }) => mayRun)).toBe(true)
  })
})

describe.each<[string, Step, string[]]>([
  ['someone typed a minute ago', { signals: { inputIdle: 60 } }, ['owner-present']],
  ['nobody knows whether someone is there', { signals: { inputIdle: 'unknown' } }, ['presence-unknown']],
  ['it runs on battery', { signals: { powerSupply: 'battery' } }, ['battery']],
  ['nobody knows what it runs on', { signals: { powerSupply: 'unknown' } }, ['battery']],
  ['it is hot', { signals: { temperatureC: 80 } }, ['heat']],
  ['the schedule says no', { config: { schedule: { timeZone: 'Europe/London', allowed: [{ days: [1], from: '22:00', to: '07:00' }] } } }, ['schedule']],
  ['the grid is dirty', { signals: { others: [{ code: 'carbon', message: 'The grid is not green.', until: null }] } }, ['carbon']],
  ['several things at once', { signals: { inputIdle: 0, powerSupply: 'battery', temperatureC: 95 } }, ['owner-present', 'battery', 'heat']],
])('when %s', (_name, situation, expected) => {
  test('no job starts, and every reason is told', () => {
    const decision = step(fresh, situation)
    expect(decision).toMatchObject({ mayRun: false, state: { phase: 'blocked' } })
    expect(codes(decision)).toEqual(expected)
    for (const reason of decision.reasons) expect(Reason.safeParse(reason).success).toBe(true)
  })
})

test.each<[string, Step]>([
  ['presence, on a dedicated machine', { signals: { inputIdle: 'unknown' }, config: { dedicated: true } }],
  ['presence, on a dedicated machine that is in use', { signals: { inputIdle: 0 }, config: { dedicated: true } }],
  ['the battery a desktop does not have', { signals: { powerSupply: 'none' } }],
  ['a battery the owner allows', { signals: { powerSupply: 'battery' }, config: { allowBattery: true } }],
  ['a GPU that tells no temperature', { signals: { temperatureC: null } }],
  ['an hour the schedule allows', { config: { schedule: { timeZone: 'Europe/London', allowed: [{ days: [1], from: '08:00', to: '18:00' }] } } }],
])('no objection: %s', (_name, situation) => {
  expect(step(fresh, situation)).toMatchObject({ mayRun: true, reasons: [] })
})

test('says when the owner will have been away for long enough', () => {
  expect(step(fresh, { signals: { inputIdle: 100 } }).reasons).toEqual([
    { code: 'owner-present', message: 'You are using this machine.', until: '2026-03-02T12:03:20.000Z' },
  ])
})

test('a warm card goes on working, but does not begin to', () => {
  expect(step(fresh, { signals: { temperatureC: 85 } }).mayRun).toBe(false)
  expect(step(fresh, { signals: { temperatureC: 85 }, jobRunning: true }).mayRun).toBe(true)
  expect(step(fresh, { signals: { temperatureC: 88 }, jobRunning: true }).state.phase).toBe('yielding')
})

describe('a job that has to stop', () => {
  const running = step(step(fresh, {}).state, { jobRunning: true }).state
  const yielding = step(running, { jobRunning: true, signals: { inputIdle: 0 } })

  test('yields, rests, and only then makes room for the next', () => {
    expect(yielding).toMatchObject({ mayRun: false, state: { phase: 'yielding' } })
    const rest = step(yielding.state, { now: at(1) })
    expect(rest).toMatchObject({ mayRun: false, state: { phase: 'cooldown' }, reasons: [{ code: 'cooldown', until: '2026-03-02T12:00:21.000Z' }] })
    expect(step(rest.state, { now: at(20.9) }).mayRun).toBe(false)
    expect(step(rest.state, { now: at(21) })).toMatchObject({ mayRun: true, state: { phase: 'waiting' } })
  })

  test('is not told to go on because the reason has passed', () => {
    const stillThere = step(yielding.state, { now: at(1), jobRunning: true })
    expect(stillThere).toMatchObject({ mayRun: false, state: { phase: 'yielding' }, reasons: [{ code: 'cooldown' }] })
    expect(step(stillThere.state, { now: at(2) }).state.phase).toBe('cooldown')
  })

  test('needs no rest if it was the owner who paused and resumed', () => {
    const paused = step(running, { jobRunning: true, request: { ask: 'pause', until: null } })
    expect(paused.state.phase).toBe('yielding')
    const off = step(paused.state, { now: at(1) })
    expect(off.state.phase).toBe('off')
    expect(step(off.state, { now: at(2), request: { ask: 'resume' } })).toMatchObject({ mayRun: true, state: { phase: 'waiting' } })
  })
})

describe('a manual pause', () => {
  const paused = step(fresh, { request: { ask: 'pause', until: at(3_600) } })

  test('ends at its time and is shown with it', () => {
    expect(paused).toMatchObject({ state: { phase: 'off' }, reasons: [{ code: 'user', until: '2026-03-02T13:00:00.000Z' }] })
    expect(step(paused.state, { now: at(3_599) }).mayRun).toBe(false)
    expect(step(paused.state, { now: at(3_600) }).mayRun).toBe(true)
  })

  test('survives a restart', () => {
    const stored: unknown = JSON.parse(JSON.stringify(paused.state.pause))
    expect(step(restorePolicy(stored), { now: at(60) }).state).toMatchObject({ phase: 'off', pause: { until: at(3_600) } })
    expect(step(restorePolicy(stored), { now: at(3_600) }).mayRun).toBe(true)
  })

  test('that cannot be read any more lasts until the owner resumes', () => {
    const damaged = restorePolicy({ until: 'tomorrow' })
    expect(step(damaged, { now: at(1e6) }).mayRun).toBe(false)
    expect(step(damaged, { now: at(1e6), request: { ask: 'resume' } }).mayRun).toBe(true)
  })

  test('can be replaced by a shorter or longer one', () => {
    const longer = step(paused.state, { now: at(10), request: { ask: 'pause', until: null } })
    expect(step(longer.state, { now: at(1e6) }).reasons).toMatchObject([{ code: 'user', until: null }])
  })
})

describe('whatever happens', () => {
  const signals: fc.Arbitrary<Signals> = fc.record({
    inputIdle: fc.oneof(fc.constant('unknown' as const), fc.integer({ min: 0, max: 900 })),
    powerSupply: fc.constantFrom('mains', 'battery', 'none', 'unknown'),
    temperatureC: fc.oneof(fc.constant(null), fc.integer({ min: 20, max: 100 })),
    others: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.constant([{ code: 'carbon' as const, message: 'x', until: null }]) },
    ),
  })
  const mostlyFree = fc.oneof({ weight: 3, arbitrary: fc.constant(FREE) }, { weight: 2, arbitrary: signals })
  const pauseFor = fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 5_000 }))
  const requests = fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ ask: fc.constant('pause' as const), forS: pauseFor }) },
    { weight: 1, arbitrary: fc.constant({ ask: 'resume' as const }) },
  )
  const history = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 400 }),
      signals: mostlyFree,
      jobRunning: fc.boolean(),
      request: requests,
      restart: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
    { maxLength: 60 },
  )

  test('nothing but the owner or the timer leads out of a pause', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (steps, dedicated) => {
        let [memory, now, pausedUntil] = [fresh, T0, undefined as number | null | undefined]
        for (const { seconds, signals, jobRunning, request, restart } of steps) {
          now += seconds * 1000
          if (restart) memory = restorePolicy(JSON.parse(JSON.stringify(memory.pause)))
          if (request?.ask === 'pause') pausedUntil = request.forS === null ? null : now + request.forS * 1000
          if (request?.ask === 'resume') pausedUntil = undefined
          const asked: PolicyRequest | undefined =
            request?.ask === 'pause' ? { ask: 'pause', until: request.forS === null ? null : epochMs(now + request.forS * 1000) } : request
          const decision = step(memory, { now: epochMs(now), signals, jobRunning, config: { dedicated }, ...(asked ? { request: asked } : {}) })
          const isPaused = pausedUntil !== undefined && (pausedUntil === null || pausedUntil > now)
          expect(codes(decision).includes('user')).toBe(isPaused)
          if (isPaused) expect(decision.mayRun).toBe(false)
          memory = decision.state
        }
      }),
    )
  })

  test('a job may run exactly when there is no reason against it; unknown is busy unless the machine is dedicated', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (steps, dedicated) => {
        let [memory, now] = [fresh, T0]
        for (const { seconds, signals, jobRunning } of steps) {
          now += seconds * 1000
          const decision = step(memory, { now: epochMs(now), signals, jobRunning, config: { dedicated } })
          expect(decision.mayRun).toBe(decision.reasons.length === 0)
          expect(['waiting', 'running'].includes(decision.state.phase)).toBe(decision.mayRun)
          if (signals.inputIdle === 'unknown') expect(decision.mayRun && !dedicated).toBe(false)
          if (signals.powerSupply === 'unknown') expect(decision.mayRun).toBe(false)
          memory = decision.state
        }
      }),
    )
  })

  test('a machine that stays free comes back to work within the cooldown', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let [memory, now] = [fresh, T0]
        for (const { seconds, signals, jobRunning } of steps) {
          now += seconds * 1000
          memory = step(memory, { now: epochMs(now), signals, jobRunning }).state
        }
        const idle = step(memory, { now: epochMs(now + 1) })
        expect(step(idle.state, { now: epochMs(now + 1 + config.cooldownS * 1000) })).toMatchObject({ mayRun: true, state: { phase: 'waiting' } })
      }),
    )
  })
})

test.each([
  [['blocked', 'user'], true, true, 'action-needed'],
  [['user', 'battery'], true, true, 'paused'],
  [['battery'], true, true, 'finishing'],
  [['battery'], true, false, 'waiting'],
  [[], true, false, 'earning'],
  [[], false, false, 'ready'],
] as const)('display: %j, job %s, finishing %s is %s', (reasons, jobRunning, finishing, display) => {
  expect(displayOf({ reasons: reasons.map((code) => ({ code })), jobRunning, finishing })).toBe(display)
})

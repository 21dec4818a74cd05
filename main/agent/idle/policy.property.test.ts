/** What holds whatever signals, jobs, requests, clocks and restarts do. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PolicyState } from '../../../shared/contract/policy.ts'
import { epochMs } from '../../../shared/units.ts'
import { FRESH, type PolicyMemory, restorePolicy, storedPolicy } from './memory.ts'
import { CONFIG, QUIET_GPU, type Scene, UNKNOWN_GPU, USED_GPU, at, codes, play, scenes, step } from './policy.fixture.ts'
import type { PolicyDecision, PolicyRequest } from './policy.ts'

/** What is on disk after a decision, read by the next process. */
const restart = (memory: PolicyMemory, s: number): PolicyMemory =>
  restorePolicy(JSON.parse(JSON.stringify({ pause: memory.pause, policy: storedPolicy(memory) })), at(s))

const requests = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('pause' as const), forS: fc.option(fc.integer({ min: 1, max: 5_000 })) }) },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('anyway' as const), forS: fc.integer({ min: 1, max: 5_000 }) }) },
  { weight: 1, arbitrary: fc.constantFrom({ ask: 'resume' as const }, { ask: 'finish' as const }, { ask: 'recovered' as const }) },
)
const job = fc.constantFrom(null, 'cpu' as const, 'gpu' as const)
const moments = fc.record({
  seconds: fc.integer({ min: 1, max: 400 }),
  scene: scenes,
  job,
  request: requests,
  restart: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})
type Moment = typeof moments extends fc.Arbitrary<infer M> ? M : never
const histories = fc.array(moments, { maxLength: 60 })

function requestAt({ request }: Moment, s: number): PolicyRequest | undefined {
  if (request?.ask === 'pause') return { ask: 'pause', until: request.forS === null ? null : at(s + request.forS) }
  return request?.ask === 'anyway' ? { ask: 'anyway', until: at(s + request.forS) } : request
}

/** Plays a history. `see` gets every decision, the moment it was taken at, and what was given. */
function replay(history: readonly Moment[], see: (decision: PolicyDecision, s: number, moment: Moment) => void, dedicated = false): void {
  let [memory, s] = [FRESH, 0]
  for (const moment of history) {
    s += moment.seconds
    if (moment.restart) memory = restart(memory, s)
    const request = requestAt(moment, s)
    const decision = step(memory, { s, scene: moment.scene, job: moment.job, config: { dedicated }, ...(request ? { request } : {}) })
    see(decision, s, moment)
    memory = decision.state
  }
}

test('from a manual pause nothing leads to running but the owner and the timer', () => {
  fc.assert(
    fc.property(histories, fc.boolean(), (history, dedicated) => {
      let until: number | null | undefined
      let finishing = false
      replay(
        history,
        (decision, s, { request, job: running }) => {
          if (request?.ask === 'pause') until = request.forS === null ? null : s + request.forS
          if (request?.ask === 'resume' || (typeof until === 'number' && until <= s)) until = undefined
          if (request?.ask === 'pause' || request?.ask === 'resume') finishing = false
          finishing ||= request?.ask === 'finish'
          // What follows the last job is a pause without an end, whatever pause there was.
          if (finishing && running === null) [until, finishing] = [null, false]
          if (until === undefined) return
          expect(codes(decision)).toContain('user')
          expect(decision.mayRun).toBe(false)
          expect(decision.commands.map((command) => command.do)).not.toContain('start')
          expect(decision.state).toMatchObject({ pause: { until: until === null ? null : at(until) }, anyway: null })
        },
        dedicated,
      )
    }),
  )
})

test('no word to run anyway outlives its end, whatever happens in between', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let until = 0
      replay(history, (decision, s, { request }) => {
        if (request?.ask === 'anyway' && decision.state.pause === null) until = s + request.forS
        if (request?.ask === 'resume' || decision.state.pause !== null) until = 0
        expect(decision.state.anyway?.until ?? null).toBe(until > s ? at(until) : null)
      })
    }),
  )
})

test('a clock that is set back does not let jobs run anyway for longer than was said', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400 }), fc.integer({ min: 0, max: 1e7 }), (forS, backS) => {
      const { state } = step(FRESH, { s: backS, request: { ask: 'anyway', until: at(backS + forS) } })
      expect(step(state, {}).state.anyway?.until).toBeLessThanOrEqual(at(forS))
    }),
  )
})

/** What an owner overrides by saying that jobs run anyway; a game that nobody can rule out is not among it. */
const SOFT = new Set(['owner-present', 'presence-unknown', 'schedule'])
/** Days after whatever is played here. */
const SATURDAY_NIGHT = { timeZone: 'UTC', allowed: [{ days: [6], from: '01:00', to: '02:00' }] }

test('to run anyway sets aside the owner and their hours, and no other reason', () => {
  fc.assert(
    fc.property(histories, scenes, job, fc.boolean(), (history, scene, running, isOffHours) => {
      let [memory, s] = [FRESH, 0]
      replay(history, (decision, at) => ([memory, s] = [decision.state, at]))
      const config = isOffHours ? { schedule: SATURDAY_NIGHT } : {}
      const now = { s: s + 1, scene, job: running, config }
      const without = step({ ...memory, anyway: null }, now)
      const anyway = step({ ...memory, anyway: { until: at(s + 100), lengthS: 100 } }, now)
      const hard = codes(without).filter((code) => !SOFT.has(code) || (code === 'presence-unknown' && scene.games === 'unknown'))
      expect(codes(anyway)).toEqual(expect.arrayContaining(hard))
      // A pause has taken its place.
      if (anyway.state.pause !== null) {
        expect(codes(anyway)).toContain('user')
        return
      }
      expect(codes(anyway).filter((code) => code === 'owner-present' || code === 'schedule')).toEqual([])
      if (hard.length === 0 && running === null) expect(anyway.mayRun).toBe(true)
    }),
  )
})

test('after finishing, nothing runs either until the owner resumes', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let isOver = false
      replay(history, (decision, _s, { request, job: running }) => {
        if (request?.ask === 'resume' || request?.ask === 'pause') isOver = false
        if (request?.ask === 'finish') isOver ||= running === null
        else if (decision.state.pause?.until === null) isOver = true
        if (isOver && request === undefined) expect(decision.mayRun).toBe(false)
      })
    }),
  )
})

test('a job may run exactly when there is no reason against it, and starts only then', () => {
  fc.assert(
    fc.property(histories, fc.boolean(), (history, dedicated) => {
      replay(
        history,
        (decision, _s, moment) => {
          expect(decision.mayRun).toBe(decision.reasons.length === 0)
          expect((['waiting', 'running'] satisfies PolicyState[]).includes(decision.state.phase as never)).toBe(decision.mayRun)
          expect(new Set(codes(decision)).size).toBe(codes(decision).length)
          if (decision.commands.some((command) => command.do === 'start')) expect([decision.mayRun, moment.job]).toEqual([true, null])
        },
        dedicated,
      )
    }),
  )
})

test('what is unknown never lets a job start, and makes one that runs give way', () => {
  const unknowns: Scene[] = [{ inputIdle: 'unknown' }, { games: 'unknown' }, { power: 'unknown' }, { gpus: [UNKNOWN_GPU] }, { cpuOthers: 'unknown' }]
  fc.assert(
    fc.property(histories, fc.constantFrom(...unknowns), (history, unknown) => {
      replay(
        history.map((moment) => ({ ...moment, job: null, scene: { ...moment.scene, ...unknown } })),
        // Who says that jobs run anyway says who is there.
        (decision) => expect(decision.mayRun && !(unknown.inputIdle && decision.state.anyway)).toBe(false),
      )
    }),
  )
  for (const unknown of unknowns.slice(0, 3)) expect(play([{ job: 'gpu' }, { s: 1, job: 'gpu', scene: unknown }])[1]?.state.phase).toBe('yielding')
})

test('whatever load the job makes, it never yields to itself', () => {
  // Of a GPU that only the job uses, the signals say `quiet`, or `unknown` where its driver names no programs; of the processor, nothing.
  const own = fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 60 }), gpu: fc.constantFrom(QUIET_GPU, UNKNOWN_GPU), freeBytes: fc.option(fc.nat()) }), {
    minLength: 1,
  })
  fc.assert(
    fc.property(
      own,
      job.filter((one) => one !== null),
      (looks, kind) => {
        let [memory, s] = [step(FRESH, {}).state, 0]
        for (const { seconds, gpu, freeBytes } of looks) {
          s += seconds
          const scene: Scene = { inputIdle: 300 + s, gpus: [{ ...gpu, memoryFreeBytes: freeBytes }], cpuOthers: 'unknown' }
          const decision = step(memory, { s, job: kind, scene })
          expect(decision).toMatchObject({ mayRun: true, yielded: null, state: { phase: 'running' } })
          memory = decision.state
        }
        expect(step(memory, { s: s + 1, scene: { gpus: [UNKNOWN_GPU] } }).mayRun).toBe(true)
      },
    ),
  )
})

test('every state can be reached', () => {
  const reached = new Set<PolicyState>()
  const see = (decisions: readonly PolicyDecision[]) => decisions.forEach(({ state }) => reached.add(state.phase))
  see(play([{}, { s: 1, job: 'gpu' }, { s: 2, job: 'gpu', scene: { games: ['Factorio'] } }, { s: 3 }, { s: 4, scene: { games: ['Factorio'] } }]))
  see(play([{ request: { ask: 'pause', until: null } }]))
  see(play([{ request: { ask: 'alarm', fault: { code: 'vram', message: 'Held.', before: [] } } }]))
  expect([...reached].toSorted()).toEqual(['blocked', 'cooldown', 'fault', 'off', 'running', 'waiting', 'yielding'])
})

test('no signal, however it flickers, stops and starts jobs more often than five times in any quarter of an hour', () => {
  const flickers = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 40 }),
      scene: fc.oneof(
        { weight: 2, arbitrary: fc.constant<Scene>({}) },
        { weight: 1, arbitrary: scenes },
        { weight: 1, arbitrary: fc.constantFrom<Scene>({ power: 'battery' }, { inputIdle: 0 }, { gpus: [USED_GPU] }, { cpuOthers: 1 }, { temperatureC: 95 }) },
      ),
    }),
    { minLength: 100, maxLength: 300 },
  )
  fc.assert(
    fc.property(flickers, fc.boolean(), fc.integer({ min: 10, max: 600 }), fc.constantFrom(0, 20), (history, dedicated, idleStartS, cooldownS) => {
      let [memory, s, running] = [FRESH, 0, false]
      const yields: number[] = []
      for (const { seconds, scene } of history) {
        s += seconds
        // A job begins as soon as it may and is gone a moment after it is told to go.
        const decision = step(memory, { s, scene, job: running ? 'gpu' : null, config: { dedicated, idleStartS, cooldownS, gameCooldownS: 0 } })
        if (decision.yielded && decision.state.givingWay !== null && memory.givingWay === null) yields.push(s)
        running = running ? !decision.commands.some((command) => command.do === 'evict') : decision.mayRun
        memory = decision.state
        expect(yields.filter((one) => one > s - 900).length).toBeLessThanOrEqual(5)
      }
    }),
    { numRuns: 300 },
  )
})

test('after a restart the policy is at least as strict, whatever happened before', () => {
  fc.assert(
    fc.property(histories, scenes, fc.integer({ min: 0, max: 2_000 }), (history, scene, laterS) => {
      let [memory, s] = [FRESH, 0]
      replay(history, (decision, at) => ([memory, s] = [decision.state, at]))
      const later = { s: s + laterS, scene }
      const [on, anew] = [step({ ...memory, lastJobAt: null, givingWay: null }, later), step(restart(memory, s), later)]
      if (anew.mayRun) expect(on.mayRun).toBe(true)
      if (!memory.finishing) expect(anew.state.pause).toEqual(on.state.pause)
    }),
  )
})

test('what was stored and cannot be read any more lets nothing run until the owner resumes', () => {
  const valid = storedPolicy(FRESH)
  const garbage = fc
    .oneof(fc.jsonValue(), fc.constant({ ...valid, rest: 'long' }), fc.constant({ ...valid, doublings: -1 }), fc.constant({ ...valid, more: 1 }))
    .filter((value) => value !== null)
  fc.assert(
    fc.property(garbage, garbage, fc.boolean(), (pause, policy, isPause) => {
      const stored = isPause ? { pause, policy: valid } : { pause: null, policy }
      const memory = restorePolicy(stored, at(0))
      if (memory.pause?.until === null) {
        expect(step(memory, { s: 1e7 }).mayRun).toBe(false)
        expect(step(memory, { s: 1, request: { ask: 'resume' } }).mayRun).toBe(true)
      } else {
        // It happens to be valid.
        expect(isPause && typeof pause === 'object').toBe(true)
      }
    }),
  )
})

test('a clock that is set back makes no rest longer than it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e7 }), (aheadS) => {
      const rested = play([{ job: 'gpu' }, { s: 1, job: 'gpu', scene: { games: ['Factorio'] } }, { s: 2 }]).at(-1)?.state ?? FRESH
      // Set under a clock that was ahead.
      const rest = rested.rest && { ...rested.rest, until: epochMs(rested.rest.until + aheadS * 1_000) }
      expect(step({ ...rested, rest }, { s: 2 }).state.rest?.until).toBeLessThanOrEqual(at(2) + CONFIG.gameCooldownS * 1_000)
    }),
  )
})

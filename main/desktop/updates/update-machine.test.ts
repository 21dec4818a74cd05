import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeArtefact } from '../../../shared/domain/release.fake.ts'
import type { WorkState } from './work.ts'
import { type Effect, type Machine, type Offer, type UpdateEvent, startMachine, step } from './update-machine.ts'

const offer = (version: string, sha = 'A'): Offer => ({ version, artefact: fakeArtefact({ sha512: `${sha.repeat(86)}==` }) })
const STILL = { running: 0, held: true, pausedUntil: null }
const BUSY = { running: 1, held: true, pausedUntil: null }
const FREE = { running: 0, held: false, pausedUntil: null }
const FAILED = { why: 'hash' } as const

/** A machine that has gone through these events; those that answer say what was asked last. */
function after(...events: readonly (UpdateEvent | ((turn: number) => UpdateEvent))[]): { readonly machine: Machine; readonly effects: readonly Effect[] } {
  return events.reduce<{ machine: Machine; effects: readonly Effect[] }>(
    ({ machine, effects }, event) => {
      const next = step(machine, typeof event === 'function' ? event(machine.turn) : event)
      return { machine: next.machine, effects: [...effects, ...next.effects] }
    },
    { machine: startMachine(), effects: [] },
  )
}
const offered = (turn: number): UpdateEvent => ({ on: 'offered', turn, offer: offer('1.0.1') })
const newer = (turn: number): UpdateEvent => ({ on: 'offered', turn, offer: offer('1.0.2', 'B') })
const answer =
  (on: 'downloaded' | 'verified' | 'current' | 'quiet') =>
  (turn: number): UpdateEvent => ({ on, turn })
const failed = (turn: number): UpdateEvent => ({ on: 'failed', turn, failure: FAILED })
const ready = [{ on: 'check' }, offered, answer('downloaded')] as const
const work = (state: WorkState | null): UpdateEvent => ({ on: 'work', work: state })

test('an update is looked for, downloaded, and then waits for its owner', () => {
  const { machine, effects } = after(...ready, work(STILL))
  expect([machine.phase.at, effects]).toEqual(['ready', ['look', 'download']])
})

test('what its owner wants is installed once no job runs and none can start', () => {
  const asked = [...ready, work(FREE), { on: 'install' }] as const
  expect(after(...asked)).toMatchObject({ machine: { phase: { at: 'waiting' } }, effects: ['look', 'download', 'finish'] })
  expect(after(...asked, work(BUSY)).machine.phase.at).toBe('waiting')
  expect(after(...asked, work(BUSY), work(STILL), answer('verified')).effects.slice(2)).toEqual(['finish', 'verify', 'install'])
})

test('an agent that rests already is not asked to finish, and not to go on', () => {
  const { effects } = after(...ready, work(STILL), { on: 'install' }, failed)
  expect(effects.slice(2)).toEqual(['verify', 'discard'])
})

test('an owner who has the agent go on does not want the update now', () => {
  const { machine } = after(...ready, work(FREE), { on: 'install' }, work(BUSY), work({ ...BUSY, held: false }))
  expect(machine).toMatchObject({ phase: { at: 'ready' }, holding: false })
})

test('a job that appears during the verification sends it back to waiting; the late answer counts for nothing', () => {
  const verifying = after(...ready, work(STILL), { on: 'install' })
  const { turn } = verifying.machine
  const waits = step(verifying.machine, work(BUSY))
  expect(waits.machine.phase.at).toBe('waiting')
  expect(step(waits.machine, { on: 'verified', turn }).effects).toEqual([])
})

test('a battery that is too low keeps it waiting, and so does an agent that does not answer', () => {
  const low = [...ready, work(STILL), { on: 'power', low: true }, { on: 'install' }] as const
  expect(after(...low).machine.phase.at).toBe('waiting')
  expect(after(...low, { on: 'power', low: false }).machine.phase.at).toBe('verifying')
  expect(after(...ready, { on: 'install' }, work(null)).machine.phase.at).toBe('waiting')
})

test('a file that is not what was signed is removed, and the agent goes on', () => {
  const { machine, effects } = after(...ready, work(FREE), { on: 'install' }, work(STILL), failed)
  expect(machine).toMatchObject({ phase: { at: 'failed', failure: FAILED }, holding: false })
  expect(effects.slice(2)).toEqual(['finish', 'verify', 'discard', 'resume'])
})

test('what is ready stays so through looks that fail, and goes when the release is withdrawn or replaced', () => {
  for (const nothing of [answer('quiet'), failed])
    expect(after(...ready, { on: 'check' }, nothing).machine.phase).toEqual({ at: 'ready', offer: offer('1.0.1') })
  expect(after(...ready, { on: 'check' }, offered).machine.phase.at).toBe('ready')
  expect(after(...ready, { on: 'check' }, answer('current')).effects.at(-1)).toBe('discard')
  expect(after(...ready, { on: 'check' }, newer).machine.phase).toMatchObject({ at: 'downloading', offer: { version: '1.0.2' } })
})

const turnOf = fc.constantFrom(0, 0, 0, 0, 1, 2)
const anyEvent = fc.oneof(
  fc.constant({ on: 'check' } as const),
  fc.constant({ on: 'install' } as const),
  fc.record({ on: fc.constantFrom('current', 'quiet', 'downloaded', 'verified'), back: turnOf }),
  fc.record({ on: fc.constant('offered' as const), back: turnOf, offer: fc.constantFrom(offer('1.0.1'), offer('1.0.2', 'B')) }),
  fc.record({ on: fc.constant('failed' as const), back: turnOf, failure: fc.constant(FAILED) }),
  fc.record({ on: fc.constant('progress' as const), back: turnOf, percent: fc.integer({ min: -5, max: 120 }) }),
  fc.record({ on: fc.constant('work' as const), work: fc.constantFrom(STILL, STILL, BUSY, FREE, null) }),
  fc.record({ on: fc.constant('power' as const), low: fc.boolean() }),
)

/** To an update that is ready beside an agent at rest: without a start like it, hardly any order of events gets as far as an install. */
const TO_READY = [{ on: 'check' }, { on: 'offered', back: 0, offer: offer('1.0.1') }, { on: 'downloaded', back: 0 }, { on: 'work', work: STILL }] as const
const anyOrder = fc
  .tuple(fc.boolean(), fc.array(anyEvent, { maxLength: 80, size: 'max' }))
  .map(([fromReady, events]) => (fromReady ? [...TO_READY, ...events] : events))

/** What an observer knows who believes nothing the machine says of itself. */
interface Seen {
  asked: boolean
  work: WorkState | null
  low: boolean
  /** The turn in which the file was to be verified last, and of which offer. */
  verifying: { turn: number; offer: Offer } | null
}

function observe(seen: Seen, event: UpdateEvent, effects: readonly Effect[], before: Machine, machine: Machine): void {
  if (event.on === 'install') seen.asked = true
  if (event.on === 'work') seen.work = event.work
  if (event.on === 'power') seen.low = event.low
  if (effects.includes('install')) {
    expect(event).toMatchObject({ on: 'verified', turn: seen.verifying?.turn })
    expect([seen.asked, seen.work, seen.low]).toEqual([true, STILL, false])
    expect(before.phase).toEqual({ at: 'verifying', offer: seen.verifying?.offer })
  }
  if (effects.includes('verify') && 'offer' in machine.phase) seen.verifying = { turn: machine.turn, offer: machine.phase.offer }
  if (machine.phase.at !== 'waiting' && machine.phase.at !== 'verifying') seen.asked = false
}

test('no order of events installs something unverified, unasked, in the middle of a job, or on an empty battery', () => {
  let installs = 0
  fc.assert(
    fc.property(anyOrder, (events) => {
      const seen: Seen = { asked: false, work: null, low: false, verifying: null }
      let machine = startMachine()
      let [finishes, resumes] = [0, 0]
      for (const given of events) {
        const event: UpdateEvent = 'back' in given ? { ...given, turn: machine.turn - given.back } : given
        const next = step(machine, event)
        observe(seen, event, next.effects, machine, next.machine)
        installs += Number(next.effects.includes('install'))
        finishes += Number(next.effects.includes('finish'))
        resumes += Number(next.effects.includes('resume'))
        // Never resumed what was not held, and at most once for each time.
        expect(resumes).toBeLessThanOrEqual(finishes)
        if (machine.phase.at === 'installing' && next.machine.phase.at !== 'installing') expect(event.on).toBe('failed')
        machine = next.machine
      }
    }),
    { numRuns: 500 },
  )
  // Else it would say nothing.
  expect(installs).toBeGreaterThan(0)
})

import { describe, expect, test } from 'vitest'
import { FRESH, restorePolicy, storedPolicy } from './memory.ts'
import { type Scene, type Step, USED_GPU, at, mono, play, step } from './policy.fixture.ts'

const HOUR = { request: { ask: 'anyway', until: at(3_600) } } as const

/** Of one who asks for it after a job has been stopped for something that is over. */
const mayRunAfter = (scene: Scene) => play([{ job: 'gpu' }, { s: 1, job: 'gpu', scene }, { s: 2 }, { s: 3, ...HOUR }]).at(-1)?.mayRun

describe('running anyway', () => {
  const offHours = { schedule: { timeZone: 'Europe/London', allowed: [{ days: [1], from: '22:00', to: '07:00' }] } }

  test.each<[string, Step]>([
    ['the owner is here', { scene: { inputIdle: 0 } }],
    ['nobody can tell whether the owner is here', { scene: { inputIdle: 'unknown' } }],
    ['it is outside their hours', { config: offHours }],
  ])('a job starts and goes on although %s, and gives way when the time is over', (_what, now) => {
    const [before, begun, on, last, over] = play([
      now,
      { ...now, ...HOUR },
      { ...now, s: 1, job: 'gpu' },
      { ...now, s: 3_599, job: 'gpu' },
      { ...now, s: 3_600, job: 'gpu' },
    ])
    expect([before?.mayRun, begun?.mayRun, on?.mayRun, last?.state.phase]).toEqual([false, true, true, 'running'])
    expect(begun?.commands).toEqual([{ do: 'start' }])
    expect(over?.state).toMatchObject({ phase: 'yielding', anyway: null })
    // The owner has waited since the end of what they allowed, not since they last touched the machine.
    expect(over?.yielded?.since).toBe(mono(3_600))
  })

  test.each<[string, Scene]>([
    ['a game', { games: ['Factorio'] }],
    ['a program that fills the screen', { fullscreen: true }],
    ['another user of the GPU', { gpus: [USED_GPU] }],
    ['the battery', { power: 'battery' }],
    ['heat', { temperatureC: 95 }],
    ['sleep', { sleep: { suspending: true, resumedAt: null } }],
  ])('%s stops a job all the same', (_what, scene) => {
    expect(
      play([
        { ...HOUR, job: 'gpu' },
        { s: 1, job: 'gpu', scene },
      ])[1],
    ).toMatchObject({ mayRun: false, state: { givingWay: { level: 2 } } })
  })

  test('ends with a pause, and does nothing in one', () => {
    const [, paused, asked] = play([HOUR, { s: 1, request: { ask: 'pause', until: at(60) } }, { s: 2, ...HOUR }])
    expect([paused?.state.anyway, asked?.state.anyway, asked?.mayRun]).toEqual([null, null, false])
    expect(step(asked?.state ?? FRESH, { s: 61, scene: { inputIdle: 0 } }).mayRun).toBe(false)
  })

  test('is taken back by resuming, and ends no alarm', () => {
    expect(play([HOUR, { s: 1, scene: { inputIdle: 0 }, request: { ask: 'resume' } }])[1]).toMatchObject({ mayRun: false, state: { anyway: null } })
    const fault = { code: 'vram', message: 'The GPU has not given its memory back.', before: [] } as const
    const [, asked] = play([{ request: { ask: 'alarm', fault: { ...fault, before: [] } } }, { s: 1, ...HOUR }])
    expect(asked).toMatchObject({ mayRun: false, state: { phase: 'fault' } })
  })

  test('begins at once after a job that had to stop, but not after a game', () => {
    expect([mayRunAfter({ power: 'battery' }), mayRunAfter({ games: ['Factorio'] })]).toEqual([true, false])
  })

  test('survives a restart with its end', () => {
    const asked = step(FRESH, HOUR)
    const read = restorePolicy(JSON.parse(JSON.stringify({ pause: null, policy: storedPolicy(asked.state) })), at(10))
    expect(step(read, { s: 3_599, scene: { inputIdle: 0 } }).mayRun).toBe(true)
    expect(step(read, { s: 3_600, scene: { inputIdle: 0 } }).mayRun).toBe(false)
  })

  test('is unknown to an older memory, which is read as before', () => {
    const { anyway: _anyway, ...older } = storedPolicy(FRESH)
    expect(restorePolicy({ pause: null, policy: older }, at(0))).toEqual(FRESH)
  })
})

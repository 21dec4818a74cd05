import { describe, expect, test } from 'vitest'
import { Reason } from '../../../shared/contract/policy.ts'
import { FRESH } from './memory.ts'
import { QUIET_GPU, type Step, UNKNOWN_GPU, USED_GPU, at, codes, mono, play, step } from './policy.fixture.ts'

/** A job that is touched after ten seconds. */
const touched = (job: 'cpu' | 'gpu') => play([{ job }, { s: 10, job, scene: { inputIdle: 0 } }])

/** The battery comes and goes once a minute. */
const flicker = (times: number) =>
  Array.from({ length: times }, (_, round): Step[] => [
    { s: round * 60, job: 'gpu' },
    { s: round * 60 + 10, job: 'gpu', scene: { power: 'battery' } },
    { s: round * 60 + 12 },
  ]).flat()

/** When a rest ends that began with the last of so many disturbances. */
const end = (times: number, restS: number) => at((times - 1) * 60 + restS)

const idleFor = (times: number, inputIdle: number) => play([...flicker(times), { s: 2_000, scene: { inputIdle } }]).at(-1)?.mayRun

const touch = (s: number): Step[] => [
  { s, job: 'gpu', scene: { inputIdle: 0 } },
  { s: s + 20, job: 'gpu', scene: { inputIdle: 20 } },
]

describe('a machine that nobody needs', () => {
  test('waits for a job, runs it, and waits again', () => {
    const decisions = play([{}, { s: 1, job: 'gpu' }, { s: 2 }])
    expect(decisions.map(({ state }) => state.phase)).toEqual(['waiting', 'running', 'waiting'])
    expect(decisions.every(({ mayRun }) => mayRun)).toBe(true)
    expect(decisions.map(({ commands }) => commands)).toEqual([[{ do: 'start' }], [], [{ do: 'start' }]])
  })
})

describe.each<[string, Step, string[]]>([
  ['someone typed a minute ago', { scene: { inputIdle: 60 } }, ['owner-present']],
  ['nobody knows whether someone is there', { scene: { inputIdle: 'unknown' } }, ['presence-unknown']],
  ['a game runs', { scene: { games: ['Factorio'] } }, ['game']],
  ['nobody knows whether a game runs', { scene: { games: 'unknown' } }, ['presence-unknown']],
  ['a program fills the screen', { scene: { fullscreen: true } }, ['fullscreen']],
  ['a film plays', { scene: { inhibitors: ['mpv'] } }, ['media']],
  ['somebody else uses the GPU', { scene: { gpus: [QUIET_GPU, USED_GPU] } }, ['gpu-in-use']],
  ['the GPU is busy with something unknown', { scene: { gpus: [{ ...USED_GPU, users: [], othersBusy: 0.4 }] } }, ['gpu-in-use']],
  ['nobody knows who uses the GPU', { scene: { gpus: [UNKNOWN_GPU] } }, ['gpu-in-use']],
  ['others need the processor', { scene: { cpuOthers: 0.8 } }, ['cpu-in-use']],
  ['nobody knows who needs the processor', { scene: { cpuOthers: 'unknown' } }, ['cpu-in-use']],
  ['it goes to sleep', { scene: { sleep: { suspending: true, resumedAt: null } } }, ['sleep']],
  ['it runs on battery', { scene: { power: 'battery' } }, ['battery']],
  ['nobody knows what it runs on', { scene: { power: 'unknown' } }, ['battery']],
  ['it is hot', { scene: { temperatureC: 80 } }, ['heat']],
  ['the schedule says no', { config: { schedule: { timeZone: 'Europe/London', allowed: [{ days: [1], from: '22:00', to: '07:00' }] } } }, ['schedule']],
  ['its processor is switched off', { scene: { others: [{ code: 'device-off', message: 'Off.', until: null }] } }, ['device-off']],
  [
    'it waits for its owner’s consent, which comes before what passes',
    {
      scene: {
        inputIdle: 0,
        others: [
          { code: 'device-off', message: 'Off.', until: null },
          { code: 'consent', message: 'Agree.', until: null },
        ],
      },
    },
    ['consent', 'owner-present', 'device-off'],
  ],
  [
    'several things happen at once, some of them twice',
    { scene: { inputIdle: 'unknown', games: 'unknown', power: 'battery', temperatureC: 95 } },
    ['presence-unknown', 'battery', 'heat'],
  ],
])('when %s', (_name, situation, expected) => {
  test('no job starts, and every reason is told once', () => {
    const decision = step(FRESH, situation)
    expect(decision).toMatchObject({ mayRun: false, state: { phase: 'blocked' }, commands: [] })
    expect(codes(decision)).toEqual(expected)
    for (const reason of decision.reasons) expect(Reason.safeParse(reason).success).toBe(true)
  })
})

test.each<[string, Step]>([
  ['presence, on a dedicated machine', { scene: { inputIdle: 'unknown', games: 'unknown', gpus: [UNKNOWN_GPU], cpuOthers: 1 }, config: { dedicated: true } }],
  ['presence, where the owner allows it and there is mains', { scene: { inputIdle: 0, power: 'mains' }, config: { alsoWhenPresent: true } }],
  ['a minute without a touch, if the screen is locked', { scene: { inputIdle: 61, locked: true } }],
  ['films, where the owner allows it', { scene: { inhibitors: ['mpv'] }, config: { alsoWhenMediaPlays: true } }],
  ['nobody telling of full screens, as under Wayland', { scene: { fullscreen: 'unknown', inhibitors: 'unknown', locked: 'unknown' } }],
  ['the battery a desktop does not have', { scene: { power: 'none' } }],
  ['a battery the owner allows', { scene: { power: 'battery' }, config: { allowBattery: true } }],
  ['a GPU that tells no temperature', { scene: { temperatureC: null } }],
  ['an hour the schedule allows', { config: { schedule: { timeZone: 'Europe/London', allowed: [{ days: [1], from: '08:00', to: '18:00' }] } } }],
])('no objection: %s', (_name, situation) => {
  expect(step(FRESH, situation)).toMatchObject({ mayRun: true, reasons: [] })
})

test.each<[string, Step]>([
  ['presence on battery', { scene: { inputIdle: 0, power: 'battery' }, config: { alsoWhenPresent: true, allowBattery: true } }],
  ['a game while the owner lets it work beside them', { scene: { inputIdle: 0, games: ['Factorio'] }, config: { alsoWhenPresent: true } }],
  ['somebody else’s work on a dedicated machine’s GPU', { scene: { gpus: [USED_GPU] }, config: { dedicated: true } }],
])('an objection all the same: %s', (_name, situation) => {
  expect(step(FRESH, situation).mayRun).toBe(false)
})

test('says when the owner will have been away for long enough', () => {
  expect(step(FRESH, { scene: { inputIdle: 100 } }).reasons).toEqual([
    { code: 'owner-present', message: 'You are using this machine.', until: '2026-03-02T12:03:20.000Z' },
  ])
})

test('a warm card goes on working, but does not begin to', () => {
  expect(step(FRESH, { scene: { temperatureC: 85 } }).mayRun).toBe(false)
  expect(step(FRESH, { scene: { temperatureC: 85 }, job: 'gpu' }).mayRun).toBe(true)
  expect(step(FRESH, { scene: { temperatureC: 88 }, job: 'gpu' }).state.phase).toBe('yielding')
})

test('the job’s own load on a GPU is no reason to stop it, nor to keep the next one away', () => {
  const decisions = play([
    { scene: { gpus: [QUIET_GPU] } },
    { s: 1, job: 'gpu', scene: { gpus: [UNKNOWN_GPU], cpuOthers: 'unknown' } },
    { s: 600, job: 'gpu', scene: { gpus: [UNKNOWN_GPU], cpuOthers: 'unknown' } },
    { s: 601, scene: { gpus: [UNKNOWN_GPU] } },
    { s: 660, scene: { gpus: [UNKNOWN_GPU] } },
  ])
  expect(decisions.map(({ mayRun }) => mayRun)).toEqual([true, true, true, true, false])
})

describe('a touch while a job runs', () => {
  test.each([
    ['gpu', 'freeze'],
    ['cpu', 'throttle'],
  ] as const)('makes a %s job give way at once', (job, command) => {
    const [, decision] = touched(job)
    expect(decision).toMatchObject({ mayRun: false, state: { phase: 'yielding' }, reasons: [{ code: 'owner-present', until: '2026-03-02T12:00:30.000Z' }] })
    expect(decision?.commands).toEqual([{ do: command, message: 'You are using this machine.' }])
    expect(decision?.yielded).toEqual({ kind: 'rested', code: 'owner-present', since: mono(10) })
  })

  test('that was the only one lets it go on after twenty seconds', () => {
    const [, rests] = touched('gpu')
    const decisions = play(
      [
        { s: 29.9, job: 'gpu', scene: { inputIdle: 19.9 } },
        { s: 30, job: 'gpu', scene: { inputIdle: 20 } },
      ],
      rests?.state,
    )
    expect(decisions.map(({ state }) => state.phase)).toEqual(['yielding', 'running'])
    expect(decisions[1]?.commands).toEqual([{ do: 'go-on' }])
  })

  test('and another one twenty seconds later make it go', () => {
    const [, rests] = touched('gpu')
    const [before, then] = play(
      [
        { s: 29, job: 'gpu', scene: { inputIdle: 1 } },
        { s: 30, job: 'gpu', scene: { inputIdle: 2 } },
      ],
      rests?.state,
    )
    expect(before?.commands).toMatchObject([{ do: 'freeze' }])
    expect(then?.commands).toEqual([{ do: 'evict', code: 'owner-present', graceMs: 1_500 }])
    expect(then?.yielded).toMatchObject({ kind: 'stopped', code: 'owner-present' })
  })

  test('counts from the touch, not from when somebody looked', () => {
    const [, decision] = play([{ job: 'gpu' }, { s: 10, job: 'gpu', scene: { inputIdle: 0.2 } }])
    expect(decision?.yielded?.since).toBe(mono(9.8))
  })
})

describe.each<[string, Step['scene']]>([
  ['a game', { games: ['Factorio'] }],
  ['a program that fills the screen', { fullscreen: true }],
  ['another user of the GPU', { gpus: [USED_GPU] }],
  ['a battery', { power: 'battery' }],
  ['the machine going to sleep', { sleep: { suspending: true, resumedAt: null } }],
])('%s', (_name, scene) => {
  test('ends a job at once: it is asked to save its work, without being frozen before', () => {
    const [, decision] = play([{ job: 'gpu' }, { s: 10, job: 'gpu', scene: scene ?? {} }])
    expect(decision?.commands).toEqual([{ do: 'evict', code: decision?.reasons[0]?.code, graceMs: 1_500 }])
    expect(decision?.yielded?.kind).toBe('stopped')
  })
})

test('an owner in a hurry lets no job save its work', () => {
  const [, decision] = play([{ job: 'gpu' }, { s: 10, job: 'gpu', scene: { games: ['Factorio'] }, config: { graceMs: 0 } }])
  expect(decision?.commands).toEqual([{ do: 'evict', code: 'game', graceMs: 0 }])
})

describe('a job that has to stop', () => {
  const battery = { power: 'battery' } as const
  const [, yielding] = play([{ job: 'gpu' }, { s: 10, job: 'gpu', scene: battery }])
  const from = yielding?.state ?? FRESH

  test('is not told to go on because the reason has passed', () => {
    const [still, gone] = play([{ s: 11, job: 'gpu' }, { s: 12 }], from)
    expect(still).toMatchObject({ mayRun: false, state: { phase: 'yielding' }, reasons: [{ code: 'cooldown' }], commands: [{ do: 'evict', code: 'battery' }] })
    expect(gone?.state.phase).toBe('cooldown')
  })

  test('is followed by a rest of twenty seconds', () => {
    const [rest, almost, over] = play([{ s: 11 }, { s: 30.9 }, { s: 31 }], from)
    expect(rest).toMatchObject({ mayRun: false, state: { phase: 'cooldown' }, reasons: [{ code: 'cooldown', until: '2026-03-02T12:00:31.000Z' }] })
    expect([almost?.mayRun, over?.mayRun, over?.state.phase]).toEqual([false, true, 'waiting'])
  })

  test('needs no rest if it was the owner who paused and resumed', () => {
    const [paused, off, resumed] = play([{ job: 'gpu', request: { ask: 'pause', until: null } }, { s: 1 }, { s: 2, request: { ask: 'resume' } }])
    expect([paused?.state.phase, off?.state.phase]).toEqual(['yielding', 'off'])
    expect(resumed).toMatchObject({ mayRun: true, state: { phase: 'waiting' } })
  })
})

test('back on mains a job starts only if the battery was all that stood in the way', () => {
  const others: Step['scene'][] = [{ inputIdle: 0 }, { games: ['Factorio'] }, { fullscreen: true }, { gpus: [USED_GPU] }, { temperatureC: 90 }]
  for (const scene of others) {
    const [, back] = play([{ scene: { ...scene, power: 'battery' } }, { s: 60, scene: { ...scene, power: 'mains' } }])
    expect(back?.mayRun).toBe(false)
  }
  expect(play([{ scene: { power: 'battery' } }, { s: 60, scene: { power: 'mains' } }])[1]?.mayRun).toBe(true)
})

describe('after a game', () => {
  test('nothing starts for five minutes, whether or not a job had to go for it', () => {
    const game = { games: ['Factorio'] }
    const [, , rests, almost, over] = play([{ scene: game }, { s: 3_600, scene: game }, { s: 3_601 }, { s: 3_899 }, { s: 3_900 }])
    expect(rests).toMatchObject({
      state: { phase: 'cooldown' },
      reasons: [{ code: 'cooldown', message: expect.stringContaining('game'), until: '2026-03-02T13:05:00.000Z' }],
    })
    expect([almost?.mayRun, over?.mayRun]).toEqual([false, true])
  })

  test('the owner may say that it is enough', () => {
    expect(play([{ scene: { games: ['Factorio'] } }, { s: 1, request: { ask: 'resume' } }])[1]).toMatchObject({ mayRun: true })
  })
})

test('after sleep nothing starts for a minute, and a job that slept with the machine goes on', () => {
  const sleep = { suspending: false, resumedAt: mono(10) }
  const [, woken, over] = play([{}, { s: 12, scene: { sleep } }, { s: 70, scene: { sleep } }])
  expect(woken).toMatchObject({ state: { phase: 'cooldown' }, reasons: [{ until: '2026-03-02T12:01:10.000Z' }] })
  expect(over?.mayRun).toBe(true)
  expect(play([{ job: 'gpu' }, { s: 12, job: 'gpu', scene: { sleep } }])[1]).toMatchObject({ mayRun: true, state: { phase: 'running' } })
})

describe('disturbances that do not end', () => {
  test('are borne three times in a quarter of an hour; then the waits double, up to half an hour', () => {
    const rests = [3, 4, 5, 6, 7].map((times) => play(flicker(times)).at(-1)?.reasons[0]?.until)
    expect(rests.map((until) => Date.parse(until ?? ''))).toEqual([end(3, 32), end(4, 610), end(5, 1_210), end(6, 1_810), end(7, 1_810)])
    expect([idleFor(3, 301), idleFor(4, 599), idleFor(4, 600)]).toEqual([true, false, true])
  })

  test('make a job go that would have stood by', () => {
    const commands = play([100, 200, 300, 400].flatMap(touch)).filter((_, index) => index % 2 === 0)
    expect(commands.map((decision) => decision.commands[0]?.do)).toEqual(['freeze', 'freeze', 'freeze', 'evict'])
  })

  test('are forgotten after an hour without one, or when the owner resumes', () => {
    const [, forgotten] = [play(flicker(5)), play([...flicker(5), { s: 4 * 60 + 12 + 3_700, scene: { inputIdle: 301 } }]).at(-1)]
    expect(forgotten?.mayRun).toBe(true)
    expect(play([...flicker(5), { s: 300, request: { ask: 'resume' }, scene: { inputIdle: 301 } }]).at(-1)?.mayRun).toBe(true)
  })
})

describe('a manual pause', () => {
  const paused = step(FRESH, { request: { ask: 'pause', until: at(3_600) } })

  test('ends at its time and is shown with it', () => {
    expect(paused).toMatchObject({ state: { phase: 'off' }, reasons: [{ code: 'user', until: '2026-03-02T13:00:00.000Z' }] })
    expect(step(paused.state, { s: 3_599 }).mayRun).toBe(false)
    expect(step(paused.state, { s: 3_600 }).mayRun).toBe(true)
  })

  test('can be replaced by a shorter or longer one', () => {
    const longer = step(paused.state, { s: 10, request: { ask: 'pause', until: null } })
    expect(step(longer.state, { s: 1e6 }).reasons).toMatchObject([{ code: 'user', until: null }])
  })
})

describe('finishing', () => {
  test('lets the job end and pauses then, until the owner resumes', () => {
    const [asked, later, ended, much] = play([{ job: 'gpu', request: { ask: 'finish' } }, { s: 100, job: 'gpu' }, { s: 101 }, { s: 1e6 }])
    expect(asked).toMatchObject({ mayRun: true, state: { phase: 'running', finishing: true }, commands: [] })
    expect([later?.state.finishing, ended?.state.finishing, ended?.state.phase]).toEqual([true, false, 'off'])
    expect(much?.reasons).toMatchObject([{ code: 'user', until: null }])
  })

  test('with no job is a pause', () => {
    expect(step(FRESH, { request: { ask: 'finish' } })).toMatchObject({ state: { phase: 'off', pause: { until: null } } })
  })

  test.each([null, 'gpu'] as const)('in a pause that has an end, the end is gone (job: %s)', (job) => {
    const [, , ended] = play([{ request: { ask: 'pause', until: at(60) } }, { s: 1, job, request: { ask: 'finish' } }, { s: 2 }])
    expect(ended?.reasons).toMatchObject([{ code: 'user', until: null }])
    expect(step(ended?.state ?? FRESH, { s: 61 })).toMatchObject({ mayRun: false, state: { pause: { until: null } } })
  })

  test('can be taken back, and a pause takes its place', () => {
    const [, back, ended] = play([{ job: 'gpu', request: { ask: 'finish' } }, { s: 1, job: 'gpu', request: { ask: 'resume' } }, { s: 2 }])
    expect([back?.state.finishing, ended?.mayRun]).toEqual([false, true])
    const [, stopped] = play([
      { job: 'gpu', request: { ask: 'finish' } },
      { s: 1, job: 'gpu', request: { ask: 'pause', until: at(60) } },
    ])
    expect(stopped).toMatchObject({ state: { phase: 'yielding', finishing: false }, commands: [{ do: 'evict', code: 'user' }] })
  })
})

test('memory that a job does not give back keeps the next one away until it is there, or the owner says so', () => {
  const fault = { code: 'vram', message: 'The GPU has not given its memory back.', before: [] } as const
  const alarmed = step(FRESH, { request: { ask: 'alarm', fault: { ...fault, before: [] } } })
  expect(alarmed).toMatchObject({ mayRun: false, state: { phase: 'fault' }, reasons: [{ code: 'vram' }] })
  expect(step(alarmed.state, { s: 1e5 }).mayRun).toBe(false)
  expect(step(alarmed.state, { s: 1, request: { ask: 'recovered' } }).mayRun).toBe(true)
  expect(step(alarmed.state, { s: 1, request: { ask: 'resume' } }).mayRun).toBe(true)
})

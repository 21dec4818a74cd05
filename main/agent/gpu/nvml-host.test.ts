import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchNodeChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { FAKE_4090, type FakeMachine, compileFakeNvml } from './nvml.fake.ts'
import { createNvmlHost } from './nvml-host.ts'

const fake = compileFakeNvml()
afterAll(() => typeof fake !== 'string' && fake[Symbol.dispose]())

const DOWN = { down: true }
const DEVICES = { ask: 'devices', fresh: false } as const
const reading = { ask: 'reading', uuid: FAKE_4090.uuid } as const

const play = (machine: FakeMachine) => typeof fake !== 'string' && fake.play(machine)

const setUp = () => {
  if (typeof fake === 'string') throw new Error(fake)
  const clock = createFakeClock()
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const host = createNvmlHost({ libraryPath: fake.path, clock, environment: process.env, launch: launchNodeChild }, ended.signal)
  return { clock, ended, ask: (question: Parameters<typeof host.ask>[0]) => host.ask(question, ended.signal), rest: host.rest }
}

describe.skipIf(typeof fake === 'string')('the process that holds the vendor library', () => {
  test('answers with devices and readings', async () => {
    play({ driver: '595.71.05', gpus: [FAKE_4090] })
    const { ask } = setUp()
    expect(await ask(DEVICES)).toMatchObject({ driver: '595.71.05', devices: [{ uuid: FAKE_4090.uuid }] })
    expect(await ask(reading)).toMatchObject({ reading: { energyMj: 1_000_000, powerMw: 300_000 } })
  })

  test('a crash inside the library is a gap, then a new process looks again', async () => {
    play({ gpus: [FAKE_4090] })
    const { ask, clock } = setUp()
    await ask(reading)
    play({ crash: 1, gpus: [FAKE_4090] })
    expect(await ask(reading)).toEqual(DOWN)
    play({ gpus: [{ ...FAKE_4090, energyMj: 2_000_000 }] })
    expect(await ask(reading)).toEqual(DOWN)
    await clock.advance(500)
    expect(await ask(reading)).toMatchObject({ reading: { energyMj: 2_000_000 } })
  })

  test('a library that crashes every time is left alone for longer each time', async () => {
    play({ crash: 1, gpus: [FAKE_4090] })
    const { ask, clock } = setUp()
    expect(await ask(reading)).toEqual(DOWN)
    await clock.advance(500)
    expect(await ask(reading)).toEqual(DOWN)
    play({ gpus: [FAKE_4090] })
    await clock.advance(999)
    expect(await ask(reading)).toEqual(DOWN)
    await clock.advance(1)
    expect(await ask(reading)).toHaveProperty('reading')
  })

  test('a call that hangs costs its own time limit and no more', async () => {
    play({ gpus: [FAKE_4090] })
    const { ask, clock } = setUp()
    await ask(reading)
    play({ hangMs: 60_000, gpus: [FAKE_4090] })
    const answer = ask(reading)
    await clock.advance(3_000)
    expect(await answer).toEqual(DOWN)
  })

  test('a lost card is told apart, and found again under a fresh handle', async () => {
    play({ gpus: [FAKE_4090] })
    const { ask } = setUp()
    await ask(reading)
    play({ gpus: [{ ...FAKE_4090, lost: 1 }] })
    expect(await ask(reading)).toMatchObject({ code: 15 })
    play({ gpus: [FAKE_4090] })
    expect(await ask(reading)).toHaveProperty('reading')
  })

  test('a driver that is not loaded says so', async () => {
    play({ initReturn: 9, gpus: [] })
    expect(await setUp().ask(DEVICES)).toMatchObject({ code: 9 })
  })

  test('resting closes the library; the next question opens it again', async () => {
    play({ gpus: [FAKE_4090] })
    const { ask, rest } = setUp()
    await ask(reading)
    rest()
    expect(await ask(reading)).toHaveProperty('reading')
  })

  test('after the end every question is answered at once', async () => {
    play({ gpus: [FAKE_4090] })
    const { ask, ended } = setUp()
    ended.abort()
    expect(await ask(reading)).toEqual(DOWN)
  })
})

import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { repeat } from './round-loop.ts'

const startLoop = (roundMs: number) => {
  const clock = createFakeClock()
  const [stop, planning] = [new AbortController(), { sleep: new AbortController() }]
  const rounds: number[] = []
  const round = async () => {
    rounds.push(clock.monotonic())
    if (roundMs > 0) await clock.sleep(roundMs, stop.signal)
    return null
  }
  const done = repeat({ clock, onFailure: () => undefined }, { round, planning }, stop.signal)
  return { clock, rounds, wake: () => planning.sleep.abort(), end: () => (stop.abort(), done) }
}

test('whatever happens is looked at at once, and a round is run every second all the same', async () => {
  const { clock, rounds, wake, end } = startLoop(0)
  await clock.advance(300)
  wake()
  await clock.advance(1_200)
  expect(rounds).toEqual([0, 300, 1_300])
  await end()
})

test('however often something happens, a fifth of the time is left to everything else', async () => {
  const { clock, rounds, wake, end } = startLoop(20)
  for (let ms = 0; ms < 1_000; ms += 1) {
    wake()
    await clock.advance(1)
  }
  expect(rounds.slice(0, 3)).toEqual([0, 25, 50])
  await end()
})

test('a slow round keeps nobody waiting for long after it', async () => {
  const { clock, rounds, wake, end } = startLoop(3_000)
  await clock.advance(3_000)
  wake()
  await clock.advance(25)
  expect(rounds).toEqual([0, 3_025])
  await end()
})

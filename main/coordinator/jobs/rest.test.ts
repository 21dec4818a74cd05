import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createRest } from './rest.ts'
import { createShared, createTurns } from './turns.ts'

/** Rounds that take so long, as everybody shares them who asks. */
function startRounds(roundMs: number) {
  const clock = createFakeClock()
  const rest = createRest(clock)
  const rounds: number[] = []
  const work = async () => {
    rounds.push(clock.monotonic())
    if (roundMs > 0) await clock.sleep(roundMs, new AbortController().signal)
  }
  return { clock, rounds, ask: createShared(createTurns(), () => rest.after(work), rest.over) }
}

test('whoever asks when nothing is under way is served at once', async () => {
  const { clock, rounds, ask } = startRounds(0)
  await ask()
  await ask()
  await clock.advance(300)
  await ask()
  expect(rounds).toEqual([0, 0, 300])
})

test('however many ask, a fifth of the time is left to everything else, and each is served by a round that began after it asked', async () => {
  const { clock, rounds, ask } = startRounds(20)
  const asked: { readonly at: number; end: number }[] = []
  for (let ms = 0; ms < 200; ms += 1) {
    const one = { at: clock.monotonic(), end: Infinity }
    asked.push(one)
    void ask().then(() => (one.end = clock.monotonic()))
    await clock.advance(1)
  }
  await clock.advance(100)
  expect(rounds.slice(0, 4)).toEqual([0, 25, 50, 75])
  for (const { at, end } of asked) expect(rounds.some((began) => began >= at && began + 20 === end)).toBe(true)
})

test('a slow round keeps nobody waiting for long after it', async () => {
  const { clock, rounds, ask } = startRounds(3_000)
  void ask()
  await clock.advance(3_000)
  void ask()
  await clock.advance(25)
  expect(rounds).toEqual([0, 3_025])
})

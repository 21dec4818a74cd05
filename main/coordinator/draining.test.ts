import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { aborted, runAll } from '../kernel/lifecycle.ts'
import { createDraining, until } from './draining.ts'

const start = ({ graceMs = 5_000, longestMs = 8_000, underway = 0 } = {}) => {
  const [clock, signal, failing] = [createFakeClock(0), new AbortController(), new AbortController()]
  const said: string[] = []
  const events = { draining: (ms: number) => void said.push(`draining ${ms}`), drained: (left: number) => void said.push(`drained ${left}`) }
  const draining = createDraining({ clock, graceMs, longestMs, events }, signal.signal)
  const work = { underway }
  const steps = () => [draining.quiet, draining.leaving, draining.stop].map((step) => step.aborted)
  const ended = draining.run(() => work.underway)(failing.signal)
  /** The clock goes on until it has come this far; whatever waits has its turn in between. */
  const reach = (wanted: readonly boolean[], ms = 50) =>
    expect
      .poll(
        async () => {
          await clock.advance(ms)
          return steps()
        },
        { interval: 1 },
      )
      .toEqual(wanted)
  return { clock, signal, failing, draining, work, said, steps, ended, reach }
}

test('a coordinator that is told to stop first says so, then takes in nothing more, and ends when what was under way is answered', async () => {
  const { signal, work, said, steps, ended, reach, clock } = start({ underway: 2 })
  expect(steps()).toEqual([false, false, false])
  signal.abort()
  expect(steps()).toEqual([true, false, false])
  await reach([true, true, false], 500)
  expect(clock.now()).toBeGreaterThanOrEqual(5_000)
  work.underway = 0
  await reach([true, true, true])
  await ended
  expect(said).toEqual(['draining 5000', 'drained 0'])
})

test('what hangs is given up after its time', async () => {
  const { signal, said, ended, reach, clock } = start({ graceMs: 0, underway: 1 })
  signal.abort()
  await reach([true, true, true])
  await ended
  expect(said).toEqual(['draining 0', 'drained 1'])
  expect(clock.now()).toBeGreaterThanOrEqual(8_000)
})

test('a coordinator of which a part has failed waits for nobody', async () => {
  const { failing, said, steps, ended } = start({ underway: 1 })
  failing.abort()
  await ended
  expect([steps(), said]).toEqual([[false, true, true], []])
})

test('what begins new work ends with the signal, and what answers goes on until the end', async () => {
  const { signal, draining, reach } = start({ graceMs: 1_000 })
  const ended: string[] = []
  const part = (name: string) => async (stop: AbortSignal) => {
    await aborted(stop)
    ended.push(name)
  }
  const all = runAll(draining.stop, [until(draining.quiet, part('leases')), until(draining.leaving, part('sockets')), part('answers')])
  signal.abort()
  await expect.poll(() => ended).toEqual(['leases'])
  await reach([true, true, true], 100)
  await all
  expect(ended).toEqual(['leases', 'sockets', 'answers'])
})

import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openOwnerSignals } from './owner-signals.ts'
import type { PowerSample, PowerSource } from './power-source.ts'

test('a device that grows hotter is told with the reading that shows it, and one that stays as it is is not', () => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const machine = { hottestC: null as number | null, told: 0 }
  const signals = openOwnerSignals(
    {
      clock: createFakeClock(),
      environment: {},
      jobRunning: () => true,
      askWindows: null,
      gameRules: () => ({ also: [], never: [] }),
      dedicated: true,
      lent: () => new Set(),
      hottestC: () => machine.hottestC,
      others: () => [],
      polled: () => machine.told++,
    },
    ended.signal,
  )
  const processor = { device: { kind: 'cpu' } } as PowerSource
  const tellsAt = [null, 70.1, 69.9, 70.4, 71, 71].map((celsius) => {
    machine.hottestC = celsius
    signals.seeDevice(processor, {} as PowerSample)
    return machine.told
  })
  expect(tellsAt).toEqual([0, 1, 1, 1, 2, 2])
})

import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { PowerSource } from '../power-source.ts'
import { FIRST_SLOT, SECOND, SECOND_SLOT, setUp, uuids } from './nvidia-finder.fixture.ts'
import { FAKE_4090, type FakeMachine, compileFakeNvml } from './nvml.fake.ts'

const fake = compileFakeNvml()
afterAll(() => typeof fake !== 'string' && fake[Symbol.dispose]())

const library = typeof fake === 'string' ? '' : fake.path
const play = (machine: FakeMachine) => typeof fake !== 'string' && fake.play(machine)

const lost = (state: string) => (state === 'lost' ? 1 : 0)

describe.skipIf(typeof fake === 'string')('whatever happens to two cards', () => {
  const happening = fc.record({
    first: fc.constantFrom('there', 'there', 'gone', 'lost'),
    second: fc.constantFrom('there', 'gone', 'lost', 'asleep'),
    driver: fc.constantFrom('1', '1', '1', '2'),
    trouble: fc.constantFrom({}, {}, {}, { crash: 1 as const }, { initReturn: 9 }, { flaky: 7 }),
    energyMj: fc.integer({ min: 0, max: 2 ** 40 }),
    pauseMs: fc.constantFrom(0, 500, 60_000),
    measures: fc.boolean(),
  })

  test('no source is doubled, each keeps its object, and no reading is made up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 2, maxLength: 8 }), async (happenings) => {
        const { find, sample, clock, ended } = setUp({ library })
        const known = new Map<string, PowerSource>()
        for (const { first, second, driver, trouble, energyMj, pauseMs, measures } of happenings) {
          const cards = [
            ...(first === 'gone' ? [] : [{ ...FAKE_4090, energyMj, lost: lost(first) } as const]),
            ...(second === 'gone' ? [] : [{ ...SECOND, energyMj, lost: lost(second) } as const]),
          ]
          play({ driver, ...trouble, gpus: cards })
          await clock.advance(pauseMs)
          const slots = [
            ...(first === 'gone' ? [] : [FIRST_SLOT]),
            ...(second === 'gone' ? [] : [{ ...SECOND_SLOT, sleeps: true, asleep: second === 'asleep' }]),
          ]
          const found = await find(...slots)
          expect(new Set(uuids(found)).size).toBe(found.sources.length)
          const said = [...found.sources.map(({ device }) => device.busId), ...found.seen.map(({ busId }) => busId)]
          // An empty bus may be one that nobody can list: while the library is down, what was known stays.
          if (slots.length === 0) for (const busId of said) expect([...known.values()].map(({ device }) => device.busId)).toContain(busId)
          else expect(said.toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual(slots.map(({ busId }) => busId))
          for (const source of found.sources) {
            expect(known.get(source.device.uuid) ?? source).toBe(source)
            known.set(source.device.uuid, source)
          }
          for (const source of measures ? known.values() : []) {
            const { status, energyMj: told, powerMw } = await sample(source)
            expect([energyMj, null]).toContain(told)
            expect([300_000, 312_500, null]).toContain(powerMw)
            if (status !== 'ok') expect([told, powerMw]).toEqual([null, null])
          }
        }
        ended.abort()
      }),
      { numRuns: 10 },
    )
  }, 120_000)
})

import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createFakeProvider } from './provider.fake.ts'
import { createZoneDirectory, onlyIn } from './zone-directory.ts'

async function started(list: () => Promise<ReadonlyMap<string, string>>) {
  const clock = createFakeClock()
  const failures: string[] = []
  const stop = new AbortController()
  const directory = createZoneDirectory({ clock, list, onFailed: (message) => failures.push(message) })
  const running = directory.run(stop.signal)
  await clock.advance(0)
  return { clock, failures, directory, end: () => (stop.abort(), running) }
}

test('the list is read at the start and once a day, and only names of zones are taken from it', async () => {
  let name = 'New South Wales, Australia'
  const { clock, directory, end } = await started(
    async () =>
      new Map([
        ['AU-NSW', name],
        ['<script>', 'Nowhere'],
        ['NZ', 'x'.repeat(300)],
      ]),
  )
  expect([...directory.names().keys()]).toEqual(['AU-NSW', 'NZ'])
  expect(directory.names().get('NZ')).toHaveLength(250)
  name = 'NSW'
  await clock.advance(23 * 3_600_000)
  expect(directory.names().get('AU-NSW')).toBe('New South Wales, Australia')
  await clock.advance(3_600_000)
  expect(directory.names().get('AU-NSW')).toBe('NSW')
  await end()
})

test('while it cannot be read the last one counts, and it is read again soon', async () => {
  let fails = true
  const { clock, directory, failures, end } = await started(async () => {
    if (fails) throw new Error('away')
    return new Map([['AU-NSW', 'NSW']])
  })
  expect([directory.names().size, failures]).toEqual([0, ['away']])
  fails = false
  await clock.advance(300_000)
  expect(directory.names().size).toBe(1)
  fails = true
  await clock.advance(86_400_000)
  expect([directory.names().size, failures.length]).toEqual([1, 2])
  await end()
})

test('where nobody keeps a list there is nothing to run', async () => {
  const directory = createZoneDirectory({ clock: createFakeClock(), list: null, onFailed: () => undefined })
  await directory.run(new AbortController().signal)
  expect(directory.names().size).toBe(0)
})

test('a provider serves no zone that is not listed, whatever it would do with it', () => {
  const provider = createFakeProvider({ clock: createFakeClock(), id: 'electricity-maps', zones: ['AU-NSW', 'XX'], aheadMs: 0 })
  const bounded = onlyIn(provider, (zone) => zone === 'AU-NSW')
  expect(['AU-NSW', 'XX'].map((zone) => bounded.serves(zone, 'average'))).toEqual([true, false])
})

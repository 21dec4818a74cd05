import * as fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Updates } from './ports.ts'
import { type UpdateWorld, createUpdateWorld, files, made, until } from './updates.fixture.ts'

let world: UpdateWorld
beforeEach(() => {
  world = createUpdateWorld()
})
afterEach(() => world.remove())

const anyAct = fc.constantFrom(
  'check',
  'install',
  'job starts',
  'job ends',
  'resume',
  'tamper',
  'publish',
  'attack',
  'low',
  'charged',
  'time',
  'offline',
  'online',
)

async function act(updates: Updates, name: string, version: { next: number }): Promise<void> {
  if (name === 'check') await updates.check()
  if (name === 'install') await updates.install().catch(() => undefined)
  // A job only starts where the agent may start one.
  if (name === 'job starts' && !world.work.held) world.tellWork({ running: 1 })
  if (name === 'job ends') world.tellWork({ running: 0 })
  if (name === 'resume') world.tellWork({ held: false })
  if (name === 'tamper') for (const file of files(world)) writeFileSync(join(world.directory, file), 'Windfall 6.6.6')
  if (name === 'publish') await world.publish(`1.0.${version.next++}`)
  if (name === 'attack') for (const file of world.served.keys()) if (file !== 'stable.json') world.served.set(file, Buffer.from('Windfall 6.6.6'))
  if (name === 'low' || name === 'charged') world.power = { onBattery: true, percent: name === 'low' ? 5 : 95 }
  if (name === 'time') await world.clock.advance(20_000)
  if (name === 'offline' || name === 'online') world.network = name === 'offline' ? 'down' : 'up'
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('whatever happens, in whatever order: what is installed was signed, and no job runs then', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 5, maxLength: 25, size: 'max' }), async (acts) => {
      world.remove()
      world = createUpdateWorld()
      const version = { next: 1 }
      await world.publish(`1.0.${version.next++}`)
      const updates = await made(world)
      for (const name of acts) {
        await act(updates, name, version)
        for (const { text, running } of world.installed) expect([/^Windfall 1\.0\.\d+$/.test(text), running]).toEqual([true, 0])
        if (world.installed.length > 0) return
      }
      // Once nothing stands in the way any more, the update comes.
      for (const name of ['online', 'charged', 'job ends', 'publish']) await act(updates, name, version)
      for (let tries = 0; tries < 3 && world.installed.length === 0; tries++) {
        await updates.check()
        await until(updates, 'ready', 'failed', 'current')
        await act(updates, 'install', version)
        await world.clock.advance(20_000)
        await expect.poll(() => world.installed.length > 0 || updates.state().state !== 'ready', { interval: 2, timeout: 5_000 }).toBe(true)
      }
      expect(world.installed).toEqual([{ text: expect.stringMatching(/^Windfall 1\.0\.\d+$/) as string, running: 0 }])
    }),
    { numRuns: 12 },
  )
})

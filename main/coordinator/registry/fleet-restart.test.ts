import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { backoffMs } from '../../kernel/backoff.ts'
import { createIds } from '../../kernel/ids.ts'
import { type TestCore, startTestCore } from '../core.fake.ts'
import { createFleetView } from './fleet-view.ts'
import { createFleets } from './fleets.ts'
import { createFleetsStore } from './fleets.store.ts'
import { createRegistry } from './registry.ts'

const MACHINES = 50
const DOWN_MS = 1_500
/** As agents do it. */
const RECONNECT = { baseMs: 500, maxMs: 30_000 }

const none = async () => new Map<string, never>()

/** A coordinator that has just started on a database that knows everybody. */
function restarted({ db, clock, decide }: TestCore) {
  const deps = { db, clock, decide, ids: createIds(clock), random: randomBytes }
  const registry = createRegistry({
    challengeKey: new Uint8Array(32),
    ...deps,
    loopDb: deps.db,
    requiresToken: false,
    heartbeatMs: 15_000,
    cooldownMs: () => 0,
    recordEvent: async () => undefined,
    keyReplaced: () => undefined,
    onPresence: () => undefined,
    onUnsaved: () => undefined,
  })
  return { registry, view: createFleetView({ clock, fleets: createFleets(deps), registry, energySince: none, earnedSince: none }) }
}

/** Numbers in [0, 1) that are the same in every run. @see Park and Miller, “Random number generators: good ones are hard to find” (1988) */
function minimalStandard(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

test('after a restart the fleet is whole at once, nobody is called offline, and all 50 machines are back within 10 seconds', async () => {
  await using core = await startTestCore()
  const fleet = createFleets({ ...core, ids: createIds(core.clock), random: randomBytes })
  const machines = await Promise.all(Array.from({ length: MACHINES }, () => core.enrol()))
  const [first] = machines
  if (!first) throw new Error('no machine')
  const { fleetId } = await fleet.invite(first.nodeId)
  // As those have joined who had a code each; to make and to check one is slow on purpose.
  for (const { nodeId } of machines.slice(1)) await createFleetsStore(core.db).add(fleetId, nodeId, core.clock.now())

  const { registry, view } = restarted(core)
  const [random, stop] = [minimalStandard(20_261_121), new AbortController()]
  const upAt = core.clock.monotonic() + DOWN_MS
  const reconnecting = machines.map(async ({ nodeId }) => {
    for (let failures = 0; ; failures++) {
      await core.clock.sleep(backoffMs(failures, random(), RECONNECT) + 100, stop.signal)
      if (core.clock.monotonic() >= upAt) return registry.report(nodeId, { ready: true, reasons: [], running: [] })
    }
  })
  await core.clock.advance(DOWN_MS - 1)
  const states = async () =>
    Object.fromEntries(Object.entries(Object.groupBy((await view(first.nodeId)).nodes, ({ state }) => state)).map(([state, all]) => [state, all.length]))
  expect(await states()).toEqual({ unknown: MACHINES })
  await core.clock.advance(10_000)
  expect(await states()).toEqual({ online: MACHINES })
  await Promise.all(reconnecting)
}, 60_000)

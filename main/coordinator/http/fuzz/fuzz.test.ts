import { afterAll, beforeAll, expect, test } from 'vitest'
import { fuzzFrames } from './frames.fixture.ts'
import { fuzzRequests } from './fuzz.fixture.ts'
import { type FuzzWorld, startFuzzWorld } from './world.fixture.ts'

/** Another slice of the same requests: `npm run fuzz -- --seed S --runs N`. */
const SEED = 20_261_121

let world: FuzzWorld
beforeAll(async () => {
  world = await startFuzzWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test(`whatever anybody sends to any route is answered as published, never with a defect and never with a 2xx for nobody (seed ${SEED})`, async () => {
  const { findings, statuses, succeeded } = await fuzzRequests(world, { runs: 800, seed: SEED })
  expect(findings).toEqual([])
  // The requests reach behind the door: many are done, many refused for what they say.
  expect(succeeded.size).toBeGreaterThan(40)
  for (const status of ['200', '400', '401', '403', '404']) expect(statuses[status] ?? 0, status).toBeGreaterThan(20)
})

test(`whatever an agent says on its socket, the coordinator goes on (seed ${SEED})`, async () => {
  expect(await fuzzFrames(world, { runs: 40, seed: SEED })).toEqual([])
})

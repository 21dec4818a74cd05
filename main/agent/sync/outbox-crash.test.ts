import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { seeded } from '../../../shared/domain/energy/synthetic-load.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { testFolder } from '../metering/meter.fixture.ts'
import { openAgentStores } from '../stores.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { serveFakeCoordinator } from './coordinator-server.fake.ts'
import { runOutbox } from './outbox.ts'
import { createTestProver } from '../stored-prover.fixture.ts'

const KILLS = 24

interface Life {
  readonly directory: string
  readonly url: string
  readonly first: number
  readonly ms: number
}

/** Lets an agent live for so long after it has stored something. Returns all it said that it had stored. */
async function liveAndDie({ directory, url, first, ms }: Life): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'outbox-crash.fixture.ts'), directory, url, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const said: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (said.length === 0) setTimeout(() => child.kill('SIGKILL'), ms)
    said.push(line)
  }
  await ended
  return said
}

const jobOf = (what: string): number => Number(/\d+$/.exec(what)?.[0])
const placeOf = (what: string): number => 2 * jobOf(what) + (what.startsWith('start') ? 0 : 1)

test(`nothing that was stored is lost, doubled or overtaken when the agent is killed ${KILLS} times at any moment`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = seeded(seed)
  const directory = testFolder()
  const pem = generateKeyPem()
  writeFileSync(join(directory, 'key.pem'), pem)
  const signer = createSigner(pem)
  const coordinator = createFakeCoordinator(signer)
  coordinator.fate = () => (random() < 0.05 ? 'answer-lost' : 'well')
  await using server = await serveFakeCoordinator(coordinator)
  const stored: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    // A job may have been begun without a word: its number is not used again.
    const first = stored.length === 0 ? 0 : jobOf(stored.at(-1) ?? '') + 2
    stored.push(...(await liveAndDie({ directory, url: server.url, first, ms: random() * 200 })))
  }
  using stores = openAgentStores(directory)
  const stop = new AbortController()
  const { realign } = createTestProver({ stores, signer, clock: systemClock })
  const refused: string[] = []
  const accepted = () => (stores.outbox.count() === 1 ? setImmediate(() => stop.abort()) : undefined)
  if (stores.outbox.count() > 0)
    await runOutbox(
      {
        outbox: stores.outbox,
        client: coordinator.client,
        nodeId: signer.keyId,
        signer,
        clock: systemClock,
        random: () => 0,
        handOver: async () => undefined,
        realign,
        accepted,
        refused: (item) => refused.push(`${item.kind} ${item.leaseId}`),
        postponed: () => undefined,
      },
      stop.signal,
    )
  const { taken } = coordinator
  expect(stores.outbox.peek(), `seed ${seed}`).toBeNull()
  expect(refused, `seed ${seed}`).toEqual([])
  expect(
    stored.filter((what) => !taken.includes(what)),
    `seed ${seed}`,
  ).toEqual([])
  expect(new Set(taken).size, `seed ${seed}`).toBe(taken.length)
  expect(taken.map(placeOf), `seed ${seed}`).toEqual(taken.map(placeOf).toSorted((a, b) => a - b))
})

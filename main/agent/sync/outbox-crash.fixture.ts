/** An agent that does nothing but store reports and deliver them, until somebody kills it: `<folder> <coordinator> <number of its first job>`. */
import { readFileSync, writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { systemClock } from '../../kernel/clock.ts'
import { random } from '../../kernel/random.ts'
import { createSigner } from '../../kernel/signing.ts'
import { openAgentStores } from '../stores.ts'
import { createCoordinatorLink } from './client.ts'
import { createCoordinatorTime } from './coordinator-time.ts'
import { runOutbox } from './outbox.ts'
import { createTestProver } from '../stored-prover.fixture.ts'

// Whoever is killed writes nothing at their end, and the next one would compile everything anew.
flushCompileCache()
const [, , directory = '', baseUrl = '', first = '0'] = process.argv
const stores = openAgentStores(directory)
const signer = createSigner(readFileSync(join(directory, 'key.pem'), 'utf8'))
const clock = systemClock
const { realign, finish, giveBack } = createTestProver({ stores, signer, clock })
const { client } = createCoordinatorLink({ baseUrl, signer, time: createCoordinatorTime(clock) })
const { signal } = new AbortController()
const nothing = () => undefined
const deps = {
  outbox: stores.outbox,
  client,
  nodeId: signer.keyId,
  signer,
  clock,
  random,
  handOver: async () => undefined,
  realign,
  accepted: nothing,
  refused: nothing,
  postponed: nothing,
}

/** Said only once it is stored, and before anything else happens. */
const say = (what: string) => writeSync(1, `${what}\n`)
for (let job = Number(first); ; job++) {
  stores.outbox.add(`start-${job}`, { kind: 'start', leaseId: `l${job}`, token: 1 }, clock.now())
  say(`start l${job}`)
  if (job === Number(first)) void runOutbox(deps, signal)
  await (job % 3 === 0 ? giveBack : finish)(`l${job}`)
  say(`${job % 3 === 0 ? 'given-back' : 'proof'} l${job}`)
  await clock.sleep(random() * 12, signal)
}

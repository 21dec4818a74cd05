/**
 * `npm run fuzz -- [--runs N] [--seed S]`: requests to every route and frames on the socket of agents, made from the published schemas. Prints what
 * was wrong with which, and ends with 1 if anything was. One seed is always the same requests.
 */
import { parseArgs } from 'node:util'
import { fuzzFrames } from '../../main/coordinator/http/fuzz/frames.fixture.ts'
import { fuzzRequests } from '../../main/coordinator/http/fuzz/fuzz.fixture.ts'
import { startFuzzWorld } from '../../main/coordinator/http/fuzz/world.fixture.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string' } } })
const runs = Number(values.runs)
const seed = values.seed === undefined ? Math.trunc(Math.random() * 2 ** 31) : Number(values.seed)
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
  console.error('--runs takes how many requests to send, from 1 on; --seed a whole number.')
  process.exit(2)
}

/** A coordinator is asked this often, then the next one takes over: what was asked before shapes what comes after. */
const AT_ONCE = 5_000
/** Conversations on the socket for each request. */
const FRAMES_SHARE = 0.02

const seen = new Set<string>()
function tell(kind: string, what: string, shown: unknown): void {
  if (seen.has(`${kind} ${what.slice(0, 120)}`)) return
  seen.add(`${kind} ${what.slice(0, 120)}`)
  console.log(`${kind}: ${what}\n  ${JSON.stringify(shown)}`)
}

console.log(`${runs} requests, seed ${seed}.`)
const statuses: Record<string, number> = {}
const succeeded = new Set<string>()
process.on('unhandledRejection', (error) => tell('unhandled rejection', String(error), null))
for (let done = 0; done < runs; done += AT_ONCE) {
  await using world = await startFuzzWorld()
  const slice = { runs: Math.min(AT_ONCE, runs - done), seed: seed + done }
  const run = await fuzzRequests(world, slice)
  for (const { operation, what, request } of run.findings) tell(operation, what, { seed: slice.seed, ...request })
  for (const [status, count] of Object.entries(run.statuses)) statuses[status] = (statuses[status] ?? 0) + count
  for (const operation of run.succeeded) succeeded.add(operation)
  const talks = { runs: Math.ceil(slice.runs * FRAMES_SHARE), seed: slice.seed }
  for (const { what, frames } of await fuzzFrames(world, talks)) tell('socket', what, { seed: slice.seed, frames })
  console.log(`${done + slice.runs} requests sent.`)
}
console.log(
  `Answered: ${Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')}. ${succeeded.size} operations have succeeded.`,
)
console.log(seen.size === 0 ? 'Nothing was wrong.' : `${seen.size} kinds of wrong answers. Again: npm run fuzz -- --runs ${runs} --seed ${seed}`)
process.exitCode = seen.size === 0 ? 0 : 1

/** What an honest caller notices of floods that come from elsewhere: how long its requests take beside each, as a ratio to none, in one run. */
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { Agent, request } from 'node:http'
import { startTestServer } from '../../main/coordinator/http/http.fake.ts'

const ROUNDS = 3
const REQUESTS = 150
/** Tries of a flood that are under way at a time. */
const WIDTH = 16
/** At most this slow beside a flood, compared with none, at the median. */
const BAR = 12

const PLENTY = { perSecond: 1e6, burst: 1e6 }
// All come from this machine: who is honest has a network of its own in life, and here a budget that is never used up.
const server = await startTestServer({ network: PLENTY, caller: PLENTY, named: PLENTY, public: { perSecond: 500, burst: 1_000 } })
await server.app.listen({ port: 0, host: '127.0.0.1' })
const { port } = server.app.server.address() as AddressInfo
const agent = new Agent({ keepAlive: true })

/** One request of somebody with a key, milliseconds. */
const honest = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const since = performance.now()
    request({ port, host: '127.0.0.1', path: '/v1/jobs', agent, headers: { authorization: `Bearer ${server.core.apiKey}` } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`HTTP ${answer.statusCode}`))
      answer.resume().on('end', () => resolve(performance.now() - since))
    })
      .on('error', reject)
      .end()
  })

/** One connection that says something and is closed. */
const say = (text: string) => (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text))
    socket.on('error', () => undefined).on('close', () => resolve())
    socket.resume()
  })

const FLOODS: Readonly<Record<string, () => Promise<void>>> = {
  'connections that say nothing': say(''),
  garbage: say(`\0\xff${'x'.repeat(200)}\r\n\r\n`),
  'requests that name nobody': say('GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'),
  'wrong keys': say(`GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer wf_00000000_${'A'.repeat(43)}\r\nConnection: close\r\n\r\n`),
}

async function median(count: number): Promise<number> {
  const took: number[] = []
  for (let at = 0; at < count; at += 1) took.push(await honest())
  return took.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? 0
}

/** The median beside a flood, and how many tries of the flood ended meanwhile, per second. */
async function beside(flood: () => Promise<void>): Promise<{ readonly ms: number; readonly perSecond: number }> {
  const over = new AbortController()
  let tries = 0
  const since = performance.now()
  const wave = async () => {
    for (; !over.signal.aborted; tries += 1) await flood()
  }
  const waves = Array.from({ length: WIDTH }, wave)
  const ms = await median(REQUESTS)
  over.abort()
  await Promise.all(waves)
  return { ms, perSecond: tries / ((performance.now() - since) / 1_000) }
}

await median(REQUESTS)
let worst = 0
console.log(`An honest caller beside a flood of ${WIDTH} at a time, which comes out of the same process:`)
for (const [name, flood] of Object.entries(FLOODS)) {
  const ratios: number[] = []
  let pace = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const quiet = await median(REQUESTS)
    const { ms, perSecond } = await beside(flood)
    ratios.push(ms / quiet)
    pace = perSecond
  }
  const ratio = ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Infinity
  worst = Math.max(worst, ratio)
  console.log(`  ${name.padEnd(30)} ${ratio.toFixed(1).padStart(5)} times as long   (${pace.toFixed(0)} tries a second)`)
}
agent.destroy()
await server[Symbol.asyncDispose]()
if (server.failures.length > 0 || worst > BAR) process.exitCode = 1
console.log(worst > BAR ? `Above the bar of ${BAR}.` : `The bar is ${BAR}: the flood and the caller share one processor with the coordinator here.`)

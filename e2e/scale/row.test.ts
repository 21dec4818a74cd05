import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { closedLoop, encodeRequest, openLoop } from './http-load.ts'
import { atLeast, atMost, median, paired, percentile } from './row.ts'

const about = { name: 'row', unit: '1/s', referenceName: 'peer' }

test('a rate holds from its bar on, a limit up to what it allows', () => {
  expect(atLeast({ ...about, ours: 150, reference: 100, bar: 1.5 })).toMatchObject({ ratio: 1.5, holds: true })
  expect(atLeast({ ...about, ours: 149, reference: 100, bar: 1.5 })).toMatchObject({ holds: false })
  expect(atMost({ ...about, ours: 80, reference: 100 })).toMatchObject({ ratio: 1.25, bar: 1, holds: true })
  expect(atMost({ ...about, ours: 101, reference: 100 })).toMatchObject({ holds: false })
})

test('a percentile is a value that was seen', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([median(values), percentile(values, 0.99), percentile([7], 0.99)]).toEqual([51, 99, 7])
})

test('of several pairs the one with the median ratio stands, and neighbours take turns to be first', async () => {
  const [ours, theirs] = [
    [10, 90, 30],
    [10, 10, 10],
  ]
  const order: string[] = []
  const next = (name: string, values: number[]) => async () => {
    order.push(name)
    return values.shift() ?? 0
  }
  expect(await paired(3, next('ours', ours), next('theirs', theirs))).toEqual({ ours: 30, reference: 10 })
  expect(order).toEqual(['theirs', 'ours', 'ours', 'theirs', 'theirs', 'ours'])
})

/** Answers with what it was sent, in as many pieces as it likes. */
async function startEcho() {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      response.writeHead(body.toString() === 'refuse' ? 400 : 200, { 'content-length': body.length })
      response.write(body.subarray(0, 1))
      response.end(body.subarray(1))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done()).closeAllConnections()) }
}

test('every request is answered once and with its own answer, and a refusal is counted', async () => {
  await using echo = await startEcho()
  const bodies = Array.from({ length: 50 }, (_, index) => (index === 7 ? 'refuse' : `body ${index}`))
  const heard = new Map<number, string>()
  const request = (index: number) => {
    const body = bodies[index]
    return body === undefined ? null : encodeRequest(new URL(echo.url).host, { method: 'POST', path: '/', body })
  }
  const { answered, refused } = await closedLoop({ url: echo.url, lines: 4, request, onAnswer: ({ body }, index) => heard.set(index, body) })
  expect([answered, refused]).toEqual([50, 1])
  expect([...heard].toSorted(([a], [b]) => a - b).map(([, body]) => body)).toEqual(bodies)
})

test('an open loop starts what is due, however slow the answers, and loses none', async () => {
  await using echo = await startEcho()
  const body = encodeRequest(new URL(echo.url).host, { method: 'POST', path: '/', body: 'x' })
  const { latencies } = await openLoop({ url: echo.url, lines: 2, request: (index) => (index < 40 ? body : null) }, 10_000)
  expect(latencies).toHaveLength(40)
})

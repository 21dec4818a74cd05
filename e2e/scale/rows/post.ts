/** A validated POST against a bare `node:http` server that reads the same body and sends as much back. */
import { generateKeyPairSync } from 'node:crypto'
import { launchBareServer } from '../bare-server.ts'
import { closedLoop, encodeRequest } from '../http-load.ts'
import { type MeasureRows, type Row, atLeast, paired } from '../row.ts'
import { openStage } from '../server.ts'

const LINES = 64

export const postRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const { url } = await stage.start()
  await using bare = await launchBareServer()
  const { kty, crv, x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const body = JSON.stringify({ publicJwk: { kty, crv, x } })
  const rate = async (target: string) => {
    const request = encodeRequest(new URL(target).host, { method: 'POST', path: '/v1/enrolments', body })
    const { perSecond, refused } = await closedLoop({ url: target, lines: LINES, request: () => request, ms: quick ? 1_500 : 4_000 })
    if (refused > 0) throw new Error(`${refused} requests to ${target} were refused.`)
    return perSecond
  }
  await rate(url)
  await rate(bare.url)
  const measured = await paired(
    quick ? 3 : 5,
    () => rate(url),
    () => rate(bare.url),
  )
  const row: Row = atLeast({ name: 'post', unit: 'requests/s', ...measured, referenceName: 'bare node:http', bar: 0.75 })
  return [row]
}

// The container's health check: what runs on the data folder answers. With an address: that answers.
import { readFileSync } from 'node:fs'
import { request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { join } from 'node:path'

function ownAddress() {
  const { agent, coordinator } = JSON.parse(readFileSync(join(process.env.WINDFALL_DATA, 'windfall.json'), 'utf8'))
  return new URL(coordinator ? '/healthz' : '/', (coordinator ?? agent).url)
}

const [given] = process.argv.slice(2)
const url = given ? new URL(given) : ownAddress()
// Whose certificate it is does not matter to somebody who only asks whether it lives.
const ask = url.protocol === 'https:' ? overTls : overHttp
ask(url, { rejectUnauthorized: false, timeout: 4_000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end()

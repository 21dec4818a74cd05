// The container's health check: what runs on the data folder answers.
import { readFileSync } from 'node:fs'
import { request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { join } from 'node:path'

const { agent, coordinator } = JSON.parse(readFileSync(join(process.env.WINDFALL_DATA, 'windfall.json'), 'utf8'))
const url = new URL(coordinator ? '/healthz' : '/', (coordinator ?? agent).url)
// Whose certificate it is does not matter to somebody who asks whether it lives, in the same container.
const ask = url.protocol === 'https:' ? overTls : overHttp
ask(url, { rejectUnauthorized: false, timeout: 4_000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end()

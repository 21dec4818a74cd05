import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { startLocalnet } from './localnet.ts'

const listening = (port: number) =>
  new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

/** A port whose successor somebody else holds. */
async function halfTakenPair(): Promise<{ port: number; holder: ReturnType<typeof createServer> }> {
  for (;;) {
    const holder = await listening(0)
    const port = (holder.address() as AddressInfo).port - 1
    try {
      ;(await listening(port)).close()
      return { port, holder }
    } catch {
      holder.close()
    }
  }
}

test('a WebSocket port that is taken is an error with advice, not the end of the process', async () => {
  const { port, holder } = await halfTakenPair()
  const options = { file: ':memory:', port, slotMs: 400, clock: createFakeClock(), log: pino({ level: 'silent' }) }
  await expect(startLocalnet(options)).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining(String(port + 1)) as string })
  holder.close()
})

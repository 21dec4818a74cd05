import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toBase58 } from '../../shared/domain/base58.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openNode } from './localnet.ts'

/** What a process prints before it kills itself. */
function lastWords(script: string): string {
  try {
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test('SIGKILL loses nothing that was reported', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-localnet-'))
  const file = join(directory, 'chain.db')
  const address = toBase58(new Uint8Array(32).fill(7))
  const reported = lastWords(`
    import { openNode } from ${JSON.stringify(join(import.meta.dirname, 'localnet.ts'))}
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../kernel/clock.ts'))}
    const node = openNode({ file: ${JSON.stringify(file)}, clock: systemClock })
    const ask = async (method, ...params) => (await node.rpc({ id: 1, method, params })).result
    await ask('requestAirdrop', '${address}', 4000000)
    for (let i = 0; i < 7; i++) node.tick()
    const { value } = await ask('getBalance', '${address}', { commitment: 'processed' })
    process.stdout.write(value + ' ' + (await ask('getSlot', { commitment: 'processed' })))
    process.kill(process.pid, 'SIGKILL')`)
  using node = openNode({ file, clock: createFakeClock() })
  const ask = async (method: string, ...params: unknown[]) => (await node.rpc({ id: 1, method, params })) as { result: unknown }
  const [lamports, slot] = reported.split(' ')
  expect(lamports).toBe('4000000')
  expect(await ask('getBalance', address, { commitment: 'processed' })).toMatchObject({ result: { value: 4_000_000n } })
  expect((await ask('getSlot', { commitment: 'processed' })).result).toBeGreaterThanOrEqual(Number(slot))
  rmSync(directory, { recursive: true, force: true })
})

test('what could not be written to disk is never told', async () => {
  const node = openNode({ file: ':memory:', clock: createFakeClock() })
  const ask = () => node.rpc({ id: 1, method: 'getBalance', params: [toBase58(new Uint8Array(32).fill(7)), { commitment: 'processed' }] })
  await node.rpc({ id: 1, method: 'requestAirdrop', params: [toBase58(new Uint8Array(32).fill(7)), 4_000_000] })
  node[Symbol.dispose]()
  expect(() => node.tick()).toThrow('not open')
  await expect(ask()).rejects.toMatchObject({ code: 'storage.failed' })
})

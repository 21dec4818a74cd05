import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFleet } from '../support/fleet.ts'
import { temporaryDirectory, windfall } from '../support/windfall.ts'

const line = (what: RegExp) => expect.stringMatching(new RegExp(`^windfall: [^\\n]*${what.source}[^\\n]*\\n$`)) as string

test('a command that fails after it has started something stops that again and ends by itself, with one line that helps', async () => {
  using root = temporaryDirectory()
  await using fleet = await startFleet(root.path)
  const busyPort = new URL(fleet.rpcUrl).port
  const damaged = (name: string): string => {
    mkdirSync(join(root.path, name, 'coordinator'), { recursive: true, mode: 0o700 })
    writeFileSync(join(root.path, name, 'coordinator', 'coordinator.sqlite'), 'this is not a database '.repeat(100))
    return join(root.path, name)
  }
  expect(await windfall(['agent', '--data', join(root.path, 'agent'), '--port', busyPort])).toMatchObject({
    stdout: '',
    stderr: line(/port \d+ cannot be opened/),
  })
  expect(await windfall(['coordinator', '--data', join(root.path, 'c'), '--rpc', fleet.rpcUrl, '--port', busyPort, '--no-live-grid'])).toMatchObject({
    code: 2,
    stderr: line(/cannot listen on/),
  })
  expect(await windfall(['coordinator', '--data', join(root.path, 'd'), '--rpc', `http://127.0.0.1:1`, '--port', '0'])).toMatchObject({ code: 5 })
  // The chain is up already when the coordinator finds its database damaged.
  expect(await windfall(['up', '--data', damaged('up'), '--no-window', '--once'])).toMatchObject({ code: 1, stdout: '', stderr: line(/cannot be opened/) })
})

import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { capturePath, createFakeSmi } from './nvidia-smi.fake.ts'
import { serveReader } from './reader-child.ts'

const start = () => {
  const fake = createFakeSmi({ report: `cat ${capturePath('tesla-t4.xml')}` })
  const child = fork(join(import.meta.dirname, 'nvidia-smi-child.ts'), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: `${fake.folder}:/usr/bin:/bin` },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    fake[Symbol.dispose]()
  })
  return child
}
const ask = async (child: ChildProcess, id: number): Promise<unknown> => {
  child.send({ id, request: { ask: 'inventory' } })
  const [reply] = (await once(child, 'message')) as [unknown]
  return reply
}

describe('a forked reader', () => {
  test('goes on after Ctrl-C, which reaches the whole process group, and ends with its parent', async () => {
    const child = start()
    expect(await ask(child, 1)).toMatchObject({ id: 1, reply: { inventory: { driver: '515.105.01' } } })
    child.kill('SIGINT')
    child.kill('SIGTERM')
    expect(await ask(child, 2)).toMatchObject({ id: 2 })
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('ends with its parent though the code of a vendor keeps it busy', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reader-child-'))
    const entry = join(folder, 'busy.mjs')
    const modules = [import.meta.resolve('./reader-child.ts'), import.meta.resolve('zod')].map((url) => JSON.stringify(url))
    writeFileSync(
      entry,
      `import { serveReader } from ${modules[0]}\nimport { z } from ${modules[1]}\nsetInterval(() => {}, 1000)\nserveReader({ request: z.null(), answer: () => 1 })\n`,
    )
    const child = fork(entry, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    onTestFinished(() => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    })
    child.send({ id: 1, request: null })
    await once(child, 'message')
    child.disconnect()
    await once(child, 'exit')
  })

  test('ends over a question that it was never meant to hear', async () => {
    const child = start()
    await ask(child, 1)
    child.send({ id: 2, request: { ask: 'shell', command: 'true' } })
    expect((await once(child, 'exit'))[0]).not.toBe(0)
  })
})

describe('a reader in a utility process of Electron', () => {
  afterEach(() => void delete (process as { parentPort?: unknown }).parentPort)

  test('answers over its parent port', async () => {
    const port = new EventEmitter()
    const said: unknown[] = []
    Object.assign(process, { parentPort: Object.assign(port, { postMessage: (message: unknown) => said.push(message) }) })
    serveReader({ request: z.strictObject({ double: z.number() }), answer: ({ double }) => ({ is: 2 * double }) })
    port.emit('message', { data: { id: 7, request: { double: 21 } } })
    await expect.poll(() => said).toEqual([{ id: 7, reply: { is: 42 } }])
  })
})

import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { createShippedSandbox, nodeFile, sha256Of } from './shipped-sandbox.ts'
import { createWasmRuntime } from './wasm.ts'

const signal = new AbortController().signal

/** A sandbox as it lies beside the application; its Node is a file like any other. */
async function shipped(os = 'linux') {
  const directory = mkdtempSync(join(tmpdir(), 'wf-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const [node, child, manifestFile] = [join(directory, nodeFile(os)), join(directory, 'wasm-child.mjs'), join(directory, 'manifest.json')]
  writeFileSync(node, 'a Node')
  writeFileSync(child, '// a program')
  const manifest = { v8: '13.6', node: os === 'mac' ? null : await sha256Of(node), child: await sha256Of(child) }
  writeFileSync(manifestFile, JSON.stringify(manifest))
  return { directory, node, child, manifestFile, os, manifest }
}

test.each(['linux', 'mac', 'win'])('what came along is what jobs are locked up in, on %s', async (os) => {
  const place = await shipped(os)
  expect(await createShippedSandbox(place)()).toEqual({ node: place.node, childFile: place.child, v8: '13.6' })
})

test.each(['node', 'child'] as const)('nothing runs in a changed %s, and its owner is told which file it is and what to do', async (which) => {
  const place = await shipped()
  appendFileSync(place[which], ' ')
  const runtime = createWasmRuntime({ clock: systemClock, sandbox: createShippedSandbox(place) })
  const found = await runtime.probe(signal)
  expect(found).toEqual({ available: false, reason: expect.stringContaining(`The file ${place[which]} is not the one that Windfall came with`) })
  expect(found).toMatchObject({ reason: expect.stringContaining('Install Windfall again') })
})

test.each(['node', 'child', 'manifestFile'] as const)('a missing %s is named, with what to do; once it is there again, so is the sandbox', async (which) => {
  const place = await shipped()
  const open = createShippedSandbox(place)
  renameSync(place[which], `${place[which]}.away`)
  await expect(open()).rejects.toMatchObject({ code: 'runtime.unavailable', message: expect.stringContaining(place[which]) })
  await expect(open()).rejects.toThrow('Install Windfall again')
  renameSync(`${place[which]}.away`, place[which])
  expect(await open()).toMatchObject({ node: place.node })
})

test('on macOS, whose signature is written into Node, the program alone is compared', async () => {
  const place = await shipped('mac')
  appendFileSync(place.node, ' signed')
  expect(await createShippedSandbox(place)()).toMatchObject({ node: place.node })
  appendFileSync(place.child, ' ')
  await expect(createShippedSandbox(place)()).rejects.toThrow('not the one')
})

test('all that ask at once wait for one look at the files', async () => {
  const place = await shipped()
  const open = createShippedSandbox(place)
  const [first, second] = await Promise.all([open(), open()])
  expect(second).toBe(first)
})

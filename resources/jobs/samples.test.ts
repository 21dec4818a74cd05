import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWasmRuntime } from '../../main/agent/jobs/wasm.ts'
import { systemClock } from '../../main/kernel/clock.ts'
import { findBusybox } from './busybox.ts'
import { compileRender } from './compile.ts'
import { HASH_OUTPUT, RENDER_OUTPUT, dockerSample, wasmSample } from './samples.ts'

const DEADLINE = '2026-11-21T14:30:00.000Z'
const NEVER = new AbortController().signal
const MIB = 1_048_576

const directory = mkdtempSync(join(tmpdir(), 'windfall-samples-'))
beforeAll(() => compileRender(join(directory, 'jobs', 'render.wasm')))
afterAll(() => rmSync(directory, { recursive: true }))

async function render(args: readonly string[]) {
  const { spec, archive } = wasmSample({ distDirectory: directory, deadline: DEADLINE })
  const runtime = createWasmRuntime({ clock: systemClock })
  await runtime.prepare({ runtime: spec.runtime, fetchArchive: async () => archive }, () => undefined, NEVER)
  const request = { attemptId: 'a', jobId: 'j', leaseId: 'l', image: spec.runtime.image, args, env: spec.env, limits: spec.limits, gpuUuids: [] }
  return runtime.run(request, { onStarted: () => undefined, onLog: () => undefined }, NEVER)
}

/** Chunk types and sizes of a PNG whose checksums are right, and its pixels. */
function readPng(bytes: Buffer) {
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'))
  const chunks: { readonly type: string; readonly data: Buffer }[] = []
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)))
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  const [header, data] = chunks
  return {
    types: chunks.map(({ type }) => type),
    width: header?.data.readUInt32BE(0),
    height: header?.data.readUInt32BE(4),
    pixels: inflateSync(data?.data ?? Buffer.alloc(0)),
  }
}

test('the render job makes a picture', async () => {
  const result = await render(['40', '30', '1'])
  expect(result).toMatchObject({ end: 'exited', exitCode: 0, logTail: expect.stringContaining('done') })
  const png = readPng(Buffer.from(result.output))
  expect(png).toMatchObject({ types: ['IHDR', 'IDAT', 'IEND'], width: 40, height: 30 })
  expect(png.pixels).toHaveLength(30 * (1 + 40 * 3))
  expect(new Set(png.pixels).size).toBeGreaterThan(50)
})

test('the render job refuses a size that is none', async () => {
  expect(await render(['0'])).toMatchObject({ end: 'exited', exitCode: 1, logTail: expect.stringContaining('expected a number from 1 to 4096') })
})

test('the render job as submitted makes exactly the picture its requester expects', { timeout: 180_000 }, async () => {
  const result = await render([])
  expect(result.outputSha256).toBe(RENDER_OUTPUT)
})

const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

/** The hash job's result by other means. */
function merkleResult(leaves: number, mib: number): string {
  const size = mib * MIB
  let level = Array.from({ length: leaves }, (_, i) => {
    const line = Buffer.from(`windfall block ${i}\n`)
    return hash(Buffer.alloc(size, line))
  })
  while (level.length > 1)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      level[2 * i + 1] === undefined ? (level[2 * i] ?? '') : hash(`${level[2 * i]}${level[2 * i + 1]}`),
    )
  return `windfall hash 1\nleaves ${leaves}\nbytes ${leaves * size}\nroot ${level[0]}\n`
}

test('the hash job computes what it says, also for an odd number of leaves', () => {
  for (const leaves of [1, 2, 5]) {
    execFileSync('/bin/busybox', ['sh', join(import.meta.dirname, 'hash', 'hash.sh'), String(leaves), '1'], { env: { WINDFALL_OUT: directory } })
    expect(readFileSync(join(directory, 'result'), 'utf8')).toBe(merkleResult(leaves, 1))
  }
})

test('the hash job as submitted has the result its requester expects', () => {
  expect(hash(merkleResult(32, 20))).toBe(HASH_OUTPUT)
})

test('the same BusyBox makes the same image, and a sample carries all the coordinator needs', () => {
  const busybox = findBusybox()
  if (!busybox) throw new Error('this test needs a static BusyBox (Debian: busybox-static)')
  const sample = dockerSample({ busybox, deadline: DEADLINE })
  expect(dockerSample({ busybox, deadline: DEADLINE })).toEqual(sample)
  expect(sample.spec.runtime).toMatchObject({ name: 'docker', archive: `sha256:${hash(sample.archive)}`, reference: null })
  expect(sample.spec).toMatchObject({
    deadline: DEADLINE,
    outputSha256: HASH_OUTPUT,
    carbon: { rule: 'now', capG: null },
  })
})

test('only a static 64-bit BusyBox will do', () => {
  expect(findBusybox(['/nonexistent', '/etc/passwd', process.execPath])).toBeNull()
})

/** The sandbox that comes beside an application which is no Node itself: files that anything with its owner's rights could exchange. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'
import type { OpenSandbox, SandboxProgram } from './sandbox-program.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What the files were when they were gathered. */
export const SandboxManifest = z.strictObject({
  v8: z.string().max(60),
  /** `null` where the system's own signature is written into the file later and watches over it: macOS. */
  node: Sha256.nullable(),
  child: Sha256,
})
export type SandboxManifest = z.infer<typeof SandboxManifest>

export const CHILD_FILE = 'wasm-child.mjs'
export const nodeFile = (os: string): string => (os === 'win' ? 'node.exe' : 'node')

export interface ShippedSandbox {
  /** Where the files are. */
  readonly directory: string
  /** A file of {@link SandboxManifest}, where only whoever can change the application itself can write. */
  readonly manifestFile: string
  /** As {@link systemName} names it. */
  readonly os: string
}

const REMEDY = 'Install Windfall again (a copy that runs from its source: npm ci && npm run build).'

/** The sandbox in this folder. The first one who asks waits until its files are known to be those of the manifest. */
export function createShippedSandbox(place: ShippedSandbox): OpenSandbox {
  let checked: Promise<SandboxProgram> | null = null
  return () => {
    checked ??= check(place).catch((error: unknown) => {
      checked = null
      throw error
    })
    return checked
  }
}

async function check({ directory, manifestFile, os }: ShippedSandbox): Promise<SandboxProgram> {
  const manifest = SandboxManifest.parse(JSON.parse(await orMissing(manifestFile, readFile(manifestFile, 'utf8'))))
  const [node, childFile] = [join(directory, nodeFile(os)), join(directory, CHILD_FILE)]
  await expectSame(node, manifest.node)
  await expectSame(childFile, manifest.child)
  return { node, childFile, v8: manifest.v8 }
}

async function expectSame(file: string, expected: string | null): Promise<void> {
  const found = await orMissing(file, sha256Of(file))
  if (expected !== null && found !== expected)
    throw new WindfallError(
      'runtime.unavailable',
      `The file ${file} is not the one that Windfall came with, so no WebAssembly job runs in it. ${REMEDY} If nobody changed it on purpose, look for what did.`,
    )
}

async function orMissing<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (cause) {
    throw new WindfallError('runtime.unavailable', `The WebAssembly sandbox lacks a file that can be read: ${file}. ${REMEDY}`, { cause })
  }
}

/** In hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1_048_576 }), hash)
  return hash.digest('hex')
}

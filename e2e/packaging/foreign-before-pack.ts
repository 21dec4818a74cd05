/** In place of the sandbox and the native parts of another system, which this machine has not: files of their names. Everything else is as in a release. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFile } from '../../main/agent/jobs/shipped-sandbox.ts'
import { type NextPackage, stageParts, targetOf } from '../../main/cli/packaging/before-pack.ts'
import { packageRoot } from '../../main/kernel/paths.ts'

/** electron-builder calls it for each package. */
export async function beforePack(next: NextPackage): Promise<void> {
  const target = await targetOf(next)
  const { os, arch } = target
  const sandbox = join(packageRoot, 'dist', 'sandbox')
  const place = join(sandbox, `${os}-${arch}`)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  for (const name of [nodeFile(os), 'wasm-child.mjs', 'LICENSE-node.txt']) writeFileSync(join(place, name), `in place of ${name}`)
  writeFileSync(join(sandbox, `${os}-${arch}.json`), '{}')
  stageParts(target)
}

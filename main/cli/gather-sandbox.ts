/** Gathers what the desktop application locks WebAssembly jobs up in: a plain Node, its licence and one program, outside the archive that a plain Node cannot read. */
import { execFileSync } from 'node:child_process'
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemName } from '../agent/jobs/sandbox-program.ts'
import { CHILD_FILE, type SandboxManifest, nodeFile, sha256Of } from '../agent/jobs/shipped-sandbox.ts'
import { packageRoot } from '../kernel/paths.ts'

/** In the words of electron-builder: `${os}` and `${arch}`. */
interface SandboxTarget {
  readonly os: string
  readonly arch: string
}

const OWN_TARGET: SandboxTarget = { os: systemName(process.platform), arch: process.arch }

const installed = join(packageRoot, 'node_modules', 'node')
const ownNode = join(installed, 'bin', nodeFile(OWN_TARGET.os))
const wantedVersion = (): string => (JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }).version

/** The Node of the npm package `node` is for this machine; that of another one is laid here by hand. */
function findNode({ os, arch }: SandboxTarget): string {
  const isOwn = os === OWN_TARGET.os && arch === OWN_TARGET.arch
  const file = isOwn ? ownNode : join(packageRoot, '.cache', 'nodes', `${os}-${arch}`, nodeFile(os))
  const version = wantedVersion()
  if (existsSync(file) && readFileSync(file).includes(`v${version}`)) return file
  throw new Error(
    isOwn
      ? `${file} is not Node ${version}. Run npm ci, with install scripts allowed for the package “node”.`
      : `The package for ${os}-${arch} needs the Node ${version} of that system in ${file}. Put it there, or build the package on such a machine.`,
  )
}

/** Fills `<folder>/<os>-<arch>` and writes `<folder>/<os>-<arch>.json` about it. Error: no Node of the right version for that system is here. */
export async function gatherSandbox(folder: string, target: SandboxTarget = OWN_TARGET): Promise<void> {
  const name = `${target.os}-${target.arch}`
  const place = join(folder, name)
  const [node, child] = [join(place, nodeFile(target.os)), join(place, CHILD_FILE)]
  const source = findNode(target)
  // A program that runs cannot be written over.
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  // Never a link: a signature that is written into the copy must not reach the installed one.
  copyFileSync(source, node, constants.COPYFILE_FICLONE)
  copyFileSync(join(folder, CHILD_FILE), child)
  copyFileSync(join(packageRoot, 'resources', 'sandbox', 'LICENSE-node.txt'), join(place, 'LICENSE-node.txt'))
  const manifest: SandboxManifest = {
    v8: execFileSync(ownNode, ['-p', 'process.versions.v8'], { encoding: 'utf8' }).trim(),
    node: target.os === 'mac' ? null : await sha256Of(node),
    child: await sha256Of(child),
  }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(manifest, null, 2)}\n`)
}

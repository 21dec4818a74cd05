/** Helm itself, as the package `@aws-cdk/asset-kubectl-v20` brings it along: version 3.8 for Linux on x64. */
import { execFile } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { parseAllDocuments, stringify } from 'yaml'

const run = promisify(execFile)
const CHART = 'resources/deploy/helm/windfall'
const ARCHIVE = 'node_modules/@aws-cdk/asset-kubectl-v20/lib/layer.zip'

/** Why it does not run here; `null` if it does. */
export const missingHelm = (): string | null => (process.platform === 'linux' && process.arch === 'x64' ? null : 'there is a Helm for Linux on x64 only')

/** One file of a ZIP archive without encryption, found by its central directory (APPNOTE.TXT §4.3.12). */
function unzip(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  let at = archive.readUInt32LE(end + 16)
  while (archive.readUInt32LE(at) === 0x02014b50) {
    const [packed, named, extra, comment] = [archive.readUInt32LE(at + 20), ...[28, 30, 32].map((place) => archive.readUInt16LE(at + place))] as [
      number,
      number,
      number,
      number,
    ]
    if (archive.toString('utf8', at + 46, at + 46 + named) === name) {
      const local = archive.readUInt32LE(at + 42)
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
      return inflateRawSync(archive.subarray(start, start + packed))
    }
    at += 46 + named + extra + comment
  }
  throw new Error(`There is no ${name} in ${ARCHIVE}.`)
}

export type Values = Readonly<Record<string, unknown>>
/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> }
  readonly [part: string]: unknown
}

export interface Helm {
  /** What Helm would hand to Kubernetes. Rejects with what Helm says of values that the chart does not take. */
  readonly render: (values: Values) => Promise<readonly Manifest[]>
  /** What `helm lint --strict` says. Rejects if it finds fault. */
  readonly lint: (values: Values) => Promise<string>
}

/** Unpacks it into a folder. */
export function openHelm(folder: string): Helm {
  const helm = join(folder, 'helm')
  writeFileSync(helm, unzip(readFileSync(ARCHIVE), 'helm/helm'))
  chmodSync(helm, 0o755)
  const written = (values: Values): string => {
    const file = join(folder, 'values.yaml')
    writeFileSync(file, stringify(values))
    return file
  }
  return {
    render: async (values) => {
      const { stdout } = await run(helm, ['template', 'test', CHART, '--kube-version', '1.34.0', '--values', written(values)], { maxBuffer: 16e6 })
      return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
    },
    lint: async (values) => (await run(helm, ['lint', '--strict', CHART, '--values', written(values)])).stdout,
  }
}

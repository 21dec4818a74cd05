/** What Kubernetes and the Prometheus operator say of their objects, by the packages that are made of their OpenAPI documents. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Manifest } from './helm.ts'

const run = promisify(execFile)

const moduleOf = ({ apiVersion, kind }: Manifest): string =>
  `${apiVersion.startsWith('monitoring.coreos.com/') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}/${kind}`

type Model = new (data: object) => { readonly validate: () => void }

/** Rejects with what is wrong, missing or of another type in one of them. */
export async function expectValid(manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const { apiVersion: _, kind, ...data } = manifest
    const { [kind]: Kind } = (await import(moduleOf(manifest))) as Record<string, Model>
    if (Kind === undefined) throw new Error(`Kubernetes knows no ${kind} of ${manifest.apiVersion}.`)
    new Kind(data).validate()
  }
}

/** Rejects with what the compiler says of a field that Kubernetes does not know: its own schemas let those pass. */
export async function expectNoOtherFields(manifests: readonly Manifest[]): Promise<void> {
  mkdirSync('.cache', { recursive: true })
  const folder = mkdtempSync(join('.cache', 'manifests-'))
  try {
    const source = manifests.map(
      (manifest, at) =>
        `import type { I${manifest.kind} as Kind${at} } from '${moduleOf(manifest)}'\nexport const manifest${at}: Kind${at} = ${JSON.stringify(manifest)}\n`,
    )
    const file = join(folder, 'manifests.ts')
    writeFileSync(file, source.join(''))
    await run('tsc', ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--module', 'esnext', '--moduleResolution', 'bundler', '--types', '', file])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

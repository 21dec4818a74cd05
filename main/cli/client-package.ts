import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot, packageVersion } from '../kernel/paths.ts'
import { recordPackages } from './bundled-packages.ts'
import { clientTypes } from './client-types.ts'

const README = join(packageRoot, 'resources', 'client', 'README.md')

/** Builds the client for others into `folder`: a package of one module, its types and a page to read, which needs no other package. */
export async function buildClient(folder: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root: packageRoot,
    publicDir: false,
    configFile: false,
    logLevel: 'warn',
    plugins: [recordPackages('client')],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      minify: false,
      lib: { entry: join(packageRoot, 'main', 'client', 'client.ts'), formats: ['es'], fileName: () => 'client.mjs' },
    },
  })
  const { license } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly license: string }
  const manifest = {
    name: 'windfall-client',
    version: packageVersion,
    description: 'Typed client of a Windfall coordinator',
    license,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './client.d.ts', default: './client.mjs' } },
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(folder, 'client.d.ts'), clientTypes())
  copyFileSync(README, join(folder, 'README.md'))
  copyFileSync(join(packageRoot, 'LICENSE'), join(folder, 'LICENSE'))
}

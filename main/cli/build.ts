/** Builds what the window and the sample jobs need into `dist`, and only what changed. `npm run build` runs this file. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { InlineConfig } from 'vite'
import { packageRoot } from '../kernel/paths.ts'
import { recordPackages } from './bundled-packages.ts'
import { programBundle } from './program-bundle.ts'

export const PARTS = ['main', 'children', 'sandbox', 'agent', 'coordinator', 'preload', 'renderer', 'console', 'verify', 'client', 'icons', 'jobs'] as const
export type Part = (typeof PARTS)[number]

interface Recipe {
  /** Globs from the package root; a change in any of these files makes the part outdated. */
  readonly sources: readonly string[]
  /** A file that exists once the part is built. */
  readonly output: string
  readonly run: () => Promise<void>
}

const dist = join(packageRoot, 'dist')
const ALWAYS = ['package-lock.json', 'main/cli/build.ts']
const code = (...folders: readonly string[]) => folders.map((folder) => `${folder}/**/*.{ts,tsx,css,html,svg,json,woff2}`)

const RECIPES: Readonly<Record<Part, Recipe>> = {
  main: {
    sources: code('main/desktop', 'main/agent', 'main/doctor', 'main/kernel', 'main/chain', 'shared'),
    output: 'main/desktop.mjs',
    run: () => bundle(nodeBundle({ entries: { desktop: 'main/desktop/main.ts', agent: 'main/desktop/agent-program.ts' }, folder: 'main', format: 'es' })),
  },
  children: {
    sources: code('main/agent', 'main/kernel', 'shared'),
    output: 'children/nvml-child.mjs',
    run: () => bundle(nodeBundle({ entries: childPrograms(), folder: 'children', format: 'es' })),
  },
  sandbox: {
    sources: ['main/agent/jobs/{wasi,wasm}-*.ts', 'main/agent/jobs/shipped-sandbox.ts', 'main/cli/gather-sandbox.ts', 'resources/sandbox/*'],
    output: 'sandbox/wasm-child.mjs',
    run: async () => {
      // In one file with all that it needs, because it may read no other one.
      await bundle(nodeBundle({ entries: { 'wasm-child': 'main/agent/jobs/wasm-child.ts' }, folder: 'sandbox', format: 'es', alone: true }))
      await (await import('./gather-sandbox.ts')).gatherSandbox(join(dist, 'sandbox'))
    },
  },
  agent: {
    sources: [...code('main/agent', 'main/doctor', 'main/kernel', 'shared'), 'main/cli/*.ts'],
    output: 'agent/agent.mjs',
    run: () => bundle(programBundle('agent', join(dist, 'agent'))),
  },
  coordinator: {
    sources: [...code('main/coordinator', 'main/chain', 'main/kernel', 'shared'), 'main/cli/*.ts', 'main/cli/commands/coordinator*.ts'],
    output: 'coordinator/coordinator.mjs',
    run: () => bundle(programBundle('coordinator', join(dist, 'coordinator'))),
  },
  preload: {
    sources: code('preload', 'shared'),
    output: 'preload/index.cjs',
    run: () => bundle(nodeBundle({ entries: { index: 'preload/index.ts' }, folder: 'preload', format: 'cjs' })),
  },
  renderer: {
    sources: code('renderer', 'shared'),
    output: 'renderer/index.html',
    run: async () => bundle((await load<{ rendererConfig: InlineConfig }>('renderer/vite.config.ts')).rendererConfig),
  },
  console: {
    sources: code('renderer', 'shared'),
    output: 'console/index.html',
    run: async () => bundle((await load<{ consoleConfig: InlineConfig }>('renderer/vite.config.ts')).consoleConfig),
  },
  verify: {
    sources: [...code('renderer', 'shared'), 'main/cli/verify-page.ts', 'main/cli/page-texts.ts'],
    output: 'verify/verify.html',
    run: async () => (await import('./verify-page.ts')).buildVerifyPage(join(dist, 'verify', 'verify.html')),
  },
  client: {
    sources: [...code('main/client', 'shared'), 'main/cli/client-*.ts', 'main/coordinator/http/{http-calls,openapi-schemas}.ts', 'package.json'],
    output: 'client/client.mjs',
    run: async () => (await import('./client-package.ts')).buildClient(join(dist, 'client')),
  },
  icons: {
    sources: code('resources/icons'),
    output: 'icons/app.png',
    run: async () => (await load<{ buildIcons: (directory: string) => void }>('resources/icons/build.ts')).buildIcons(join(dist, 'icons')),
  },
  jobs: {
    sources: ['resources/jobs/**/*'],
    output: 'jobs',
    run: async () => (await load<{ buildJobs: (distDirectory: string) => Promise<unknown> }>('resources/jobs/build.ts')).buildJobs(dist).then(() => undefined),
  },
}

/** The programs that hold vendor code, each under the name by which it is launched. */
const childPrograms = (): Readonly<Record<string, string>> =>
  Object.fromEntries(globSync('main/agent/{gpu/,}*-child.ts', { cwd: packageRoot }).map((file) => [basename(file, '.ts'), file]))

/** Is every one of these parts built from the sources as they are now? */
export const isBuilt = (parts: readonly Part[] = PARTS): boolean => parts.every((part) => isCurrent(part))

/**
 * Builds the parts that are missing or outdated, one after another, and calls `log` with a sentence for each.
 * Rejects with the tool's error; the part is then built again next time.
 */
export async function build({ only = PARTS }: { only?: readonly Part[] }, log: (line: string) => void): Promise<void> {
  for (const part of only) {
    if (isCurrent(part)) continue
    const started = performance.now()
    const digest = digestOf(part)
    await RECIPES[part].run()
    mkdirSync(dist, { recursive: true })
    writeFileSync(stampFile(part), digest)
    log(`Built ${part} in ${((performance.now() - started) / 1_000).toFixed(1)} s.`)
  }
}

const stampFile = (part: Part): string => join(dist, `.${part}.sha256`)

/** A file of this name in `dist` says that everything there is as it was released, without the tools that it was built with. */
export const RELEASE_MARK = '.released'

function isCurrent(part: Part): boolean {
  if (existsSync(join(dist, RELEASE_MARK))) return existsSync(join(dist, RECIPES[part].output))
  return existsSync(join(dist, RECIPES[part].output)) && existsSync(stampFile(part)) && readFileSync(stampFile(part), 'utf8') === digestOf(part)
}

/** By content, not by time: a checkout rewrites times. */
function digestOf(part: Part): string {
  const hash = createHash('sha256')
  const files = globSync([...ALWAYS, ...RECIPES[part].sources], {
    cwd: packageRoot,
    withFileTypes: true,
    exclude: (entry) => entry.name === 'node_modules' || /\.(test|bench)\.tsx?$/.test(entry.name),
  })
  const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const path of paths.toSorted()) hash.update(path.slice(packageRoot.length)).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

/** Modules outside this area's compiler project, and tools that only a build needs. */
const load = async <M>(path: string): Promise<M> => (await import(pathToFileURL(join(packageRoot, path)).href)) as M

async function bundle(config: InlineConfig): Promise<void> {
  const vite = await import('vite')
  const plugins = [...(config.plugins ?? []), recordPackages(basename(config.build?.outDir ?? ''))]
  await vite.build({ ...config, plugins, configFile: false, logLevel: 'warn' })
}

interface NodeBundle {
  readonly entries: Readonly<Record<string, string>>
  readonly folder: string
  readonly format: 'es' | 'cjs'
  /** Whether installed packages go in. */
  readonly alone?: boolean
}

/**
 * Electron's own modules and installed packages stay outside, but for zod: of its 15 MB in memory we use a few. The preload runs sandboxed,
 * so everything but Electron goes in.
 */
function nodeBundle({ entries, folder, format, alone = format === 'cjs' }: NodeBundle): InlineConfig {
  const extension = format === 'es' ? 'mjs' : 'cjs'
  return {
    root: packageRoot,
    publicDir: false,
    ssr: { noExternal: alone ? true : ['zod'] },
    build: {
      ssr: true,
      outDir: join(dist, folder),
      target: 'node24',
      emptyOutDir: true,
      rolldownOptions: {
        input: { ...entries },
        external: ['electron', /^node:/],
        // Never in a folder below: files find the package by where they are.
        output: { format, entryFileNames: `[name].${extension}`, chunkFileNames: `[name]-[hash].${extension}` },
      },
    },
  }
}

if (import.meta.main) await build({}, (line) => process.stdout.write(`${line}\n`))

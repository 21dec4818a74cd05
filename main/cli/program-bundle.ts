import { globSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { InlineConfig, Plugin } from 'vite'
import { packageRoot } from '../kernel/paths.ts'

/** They find their binaries or their data by where they are, or are loaded only on machines that need them. */
const INSTALLED = [
  'better-sqlite3',
  'pg-native',
  'koffi',
  'systeminformation',
  'x11',
  '@jellybrick/dbus-next',
  'node-nvidia-smi',
  '@bjorn3/browser_wasi_shim',
  // Its licence (LGPL) wants it to stay a library of its own, which anybody can exchange.
  'rpc-websockets',
]
/**
 * Parts of dockerode for engines behind SSH and for building images, which bring SSH, gRPC and Protocol Buffers, 10 MB in memory. It
 * loads the first two at once and calls them when it needs them, and the third one not before it needs it.
 */
const CALLED = '(...args) => load()(...args)'
const RARELY_USED = {
  'docker-modem/lib/ssh.js': CALLED,
  'dockerode/lib/session.js': CALLED,
  'dockerode/lib/buildkit.js': 'load()',
  // For servers that have no checks of their own.
  '@fastify/ajv-compiler/index.js': 'load()',
  '@fastify/fast-json-stringify-compiler/index.js': 'load()',
  // For engines that have no fetch of their own.
  'node-fetch/lib/index.mjs': CALLED,
} as const

const posix = (path: string): string => path.replaceAll('\\', '/')

/** Modules go on finding the files beside them by their own folder, not by the bundle's. */
const ownFolder = (): Plugin => ({
  name: 'own-folder',
  transform(code, id) {
    if (!id.startsWith(posix(join(packageRoot, 'main'))) || !/import\.meta\.(?:dirname|url)/.test(code)) return null
    const folder = `../../${posix(relative(packageRoot, dirname(id)))}`
    const placed = code
      // A thread's program is bundled beside the one that starts it.
      .replaceAll(/new URL\((["'])\.\/([\w-]+-worker)\.ts\1, import\.meta\.url\)/g, 'new URL("./$2.mjs", __BUNDLE__)')
      .replaceAll('import.meta.dirname', `(import.meta.dirname + ${JSON.stringify(`/${folder}`)})`)
      .replaceAll('import.meta.url', `new URL(${JSON.stringify(`${folder}/module`)}, import.meta.url)`)
      .replaceAll('__BUNDLE__)', 'import.meta.url)')
    return { code: placed, map: null }
  },
})

/** What is loaded from the installed package by whoever needs it first. */
const loadedWhenNeeded = (): Plugin => {
  const scheme = 'installed:'
  return {
    name: 'loaded-when-needed',
    enforce: 'pre',
    resolveId: (id) => (id.startsWith(scheme) ? { id: id.slice(scheme.length), external: true } : null),
    transform(_, id) {
      const [file, exported] = Object.entries(RARELY_USED).find(([name]) => posix(id).endsWith(`/node_modules/${name}`)) ?? []
      return file === undefined ? null : { code: `const load = () => require('${scheme}${file}')\nmodule.exports = ${exported}`, map: null }
    },
  }
}

/** One letter beyond Latin-1 would double the memory that the engine keeps the source in. */
const ascii = (): Plugin => ({
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle))
      if (part.type === 'chunk') part.code = part.code.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  },
})

/** The program itself, and those of the threads it starts. */
function entriesOf(name: 'agent' | 'coordinator'): Readonly<Record<string, string>> {
  const threads = globSync(`main/${name}/**/*-worker.ts`, { cwd: packageRoot })
  const files = [`main/cli/${name}-program.ts`, ...threads]
  return Object.fromEntries(files.map((file) => [basename(file, '.ts').replace(/-program$/, ''), join(packageRoot, file)]))
}

/**
 * A program of `main/cli` in one file: nothing to transpile at start, and of each package only what is used. `outDir` must be two folders
 * below the package root.
 */
export const programBundle = (name: 'agent' | 'coordinator', outDir: string): InlineConfig => ({
  root: packageRoot,
  publicDir: false,
  plugins: [ownFolder(), loadedWhenNeeded(), ascii()],
  ssr: { noExternal: true, external: INSTALLED },
  build: {
    ssr: true,
    outDir,
    target: 'node24',
    emptyOutDir: true,
    rolldownOptions: {
      input: { ...entriesOf(name) },
      external: [/^node:/],
      output: {
        format: 'es',
        entryFileNames: '[name].mjs',
        chunkFileNames: '[name]-[hash].mjs',
        // The engine keeps the source: without white space it is a third less. Names stay, since errors show them.
        minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      },
    },
  },
})

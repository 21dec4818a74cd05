import react from '@vitejs/plugin-react'
import type { Plugin, UserConfig } from 'vite'

const folder = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname)

/** The window reads what it is told by schemas, and never writes one out: what zod has for that is a twentieth of what the window loads first. */
const withoutSchemaWriter: Plugin = {
  name: 'without-schema-writer',
  transform(code, id) {
    if (!/[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/.test(id)) return null
    const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name)
    const again = [...code.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name)
    const exported = [...names, ...again].map((name) => `absent as ${name}`).join(', ')
    return { code: `const absent = () => { throw new Error('The window writes no schemas.') }\nexport { ${exported} }\n`, map: { mappings: '' } }
  },
}

// zod and its setting in one chunk, which every chunk with a schema waits for: so no schema is made before the setting holds.
const chunks = { output: { codeSplitting: { groups: [{ name: 'zod', test: /[\\/]zod[\\/]|[\\/]no-eval\.ts$/ }] } } }

/** `target`: the oldest engines that it runs in. */
const pagesConfig = (root: string, outDir: string, target: string | string[]): UserConfig => ({
  root: folder(root),
  base: './',
  publicDir: folder('./public'),
  plugins: [react(), withoutSchemaWriter],
  css: { modules: { generateScopedName: '[local]-[hash:base64:5]' } },
  build: {
    outDir: folder(outDir),
    emptyOutDir: true,
    target,
    sourcemap: 'hidden',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: chunks,
  },
})

/**
 * Builds the window into `dist/renderer`. Paths are relative because the same files are served by `app://windfall` and by the agent's
 * loopback server; nothing is inlined because the content security policy has no `data:` for fonts.
 */
export const rendererConfig = pagesConfig('.', '../dist/renderer', 'chrome152')

/** Builds the console into `dist/console`, which the coordinator serves at `/console/`. Colours of its themes need `light-dark()`. */
export const consoleConfig = pagesConfig('./console', '../dist/console', ['chrome123', 'firefox120', 'safari17.5'])

import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

const folder = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname)

/**
 * Builds the window into `dist/renderer`. Paths are relative because the same files are served by `app://windfall` and by the agent's
 * loopback server; nothing is inlined because the content security policy has no `data:` for fonts.
 */
export const rendererConfig: UserConfig = {
  root: folder('.'),
  base: './',
  plugins: [react()],
  css: { modules: { generateScopedName: '[local]-[hash:base64:5]' } },
  build: {
    outDir: folder('../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome152',
    sourcemap: 'hidden',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // zod and its setting in one chunk, which every chunk with a schema waits for: so no schema is made before the setting holds.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'zod', test: /[\\/]zod[\\/]|[\\/]no-eval\.ts$/ }] } } },
  },
}

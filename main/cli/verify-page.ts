/** The page that checks receipts, as one file: it works from a disk, and its own policy keeps it from talking to anyone. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, parseAst } from 'vite'
import { packageRoot } from '../kernel/paths.ts'
import { recordPackages } from './bundled-packages.ts'
import { t } from '../../shared/i18n/translate.ts'
import { type Texts, textsIn, translationsOf } from './page-texts.ts'

/** What the page is made of: its program and its look. */
async function bundlePage(): Promise<{ script: string; style: string }> {
  const { default: react } = await import('@vitejs/plugin-react')
  const built = await build({
    root: join(packageRoot, 'renderer'),
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [react(), recordPackages('verify')],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      // Of the browsers in use for three years, not the one that comes with the window.
      target: ['chrome123', 'firefox128', 'safari17.5'],
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: {
        input: join(packageRoot, 'renderer/verify/main.tsx'),
        output: { format: 'iife' },
        // Words of other pages are left out, although making them is a call.
        treeshake: { manualPureFunctions: ['t', 'word'] },
      },
    },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((made) => ('output' in made ? made.output : []))
  const textOf = (extension: string) =>
    outputs.flatMap((made) => (made.fileName.endsWith(extension) ? [made.type === 'chunk' ? made.code : String(made.source)] : [])).join('')
  // A program that names the end of a script must not end this one.
  return { script: textOf('.js').replaceAll(/<(?=\/script|!--)/gi, '\\x3C'), style: textOf('.css') }
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const policyOf = ({ script, style }: { script: string; style: string }): string =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    // An icon of nothing, without which browsers ask the server for one.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

const NEEDS_SCRIPT = t('This page needs JavaScript to check a receipt. On the command line: windfall receipt verify FILE.')

/** Without a script nobody knows which language is wanted, so all of them say it. */
const withoutScript = (texts: Texts): string =>
  [['en', NEEDS_SCRIPT], ...Object.entries(texts).map(([language, catalogue]) => [language, catalogue[NEEDS_SCRIPT] ?? NEEDS_SCRIPT])]
    .map(([language, text]) => `<p lang="${language}">${text}</p>`)
    .join('')

/** Data of a type that no browser runs; no text of it ends its element. */
const dataOf = (texts: Texts): string => JSON.stringify(texts).replaceAll('<', '\\u003c')

interface Parts {
  readonly script: string
  readonly style: string
  readonly texts: Texts
}

const pageOf = (parts: Parts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(parts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Check a receipt · Windfall</title>
<link rel="icon" href="data:,">
<style>${parts.style}</style>
</head>
<body>
<div id="root"></div>
<noscript>${withoutScript(parts.texts)}</noscript>
<script type="application/json" id="texts">${dataOf(parts.texts)}</script>
<script>${parts.script}</script>
</body>
</html>
`

/** Writes the page. */
export async function buildVerifyPage(file: string): Promise<void> {
  const parts = await bundlePage()
  const texts = translationsOf([...textsIn(parseAst(parts.script)), NEEDS_SCRIPT])
  const page = pageOf({ ...parts, texts })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, page)
}

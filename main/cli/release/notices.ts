/** The words of others that have to go along with their work. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError } from '../../../shared/errors.ts'
import { packageVersion, resourcesDirectory } from '../../kernel/paths.ts'
import { type Licensed, licensePackages, readPolicy } from './licences.ts'
import { type Kind, shippedPackages } from './shipped.ts'

const RULE = '='.repeat(80)
const LINE = '-'.repeat(80)
const WHERE: Readonly<Record<Kind, string>> = { desktop: 'the desktop application', headless: 'the packages without a window' }

/** One text for all packages that have the very same one. */
const groupsOf = (licensed: readonly Licensed[]): readonly (readonly Licensed[])[] => [
  ...Map.groupBy(licensed, ({ spdx, text }) => `${spdx}\0${text.replaceAll(/\s+/g, ' ')}`).values(),
]

const section = (group: readonly Licensed[]): string =>
  [RULE, ...group.map(({ name, version }) => `${name} ${version}`), `Licence: ${group[0]?.spdx}`, LINE, group[0]?.text].join('\n')

/** Data that is no package. */
const dataSection = (): string => [RULE, 'Data', LINE, readFileSync(join(resourcesDirectory, 'grid', 'README.md'), 'utf8').trim()].join('\n')

/** The notices of these packages, grouped by their text. */
export function noticesText(licensed: readonly Licensed[], kinds: readonly Kind[]): string {
  const head = [
    `Windfall ${packageVersion}: software and data of others`,
    '',
    `In ${kinds.map((kind) => WHERE[kind]).join(' and in ')}. Windfall itself is under the Apache License 2.0, which LICENSE holds.`,
    ...(kinds.includes('desktop') ? ['What is inside Electron has its notices in LICENSES.chromium.html beside the program.'] : []),
    '',
  ]
  return `${[...head, ...groupsOf(licensed).map(section), dataSection()].join('\n\n')}\n`
}

/** What goes into a package of this kind. Error: `conflict`, if something in there may not be handed on as it is. */
export function notices(kind: Kind): string {
  const { licensed, problems } = licensePackages(shippedPackages([kind]), readPolicy())
  if (problems.length > 0) throw new WindfallError('conflict', `The licences of others do not allow to hand this on:\n${problems.join('\n')}`)
  return noticesText(licensed, [kind])
}

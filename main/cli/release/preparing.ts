/** What goes along with the packages of a version: needs the sources, and everything that they are built with. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError } from '../../../shared/errors.ts'
import { packageVersion, resourcesDirectory } from '../../kernel/paths.ts'
import { AcceptedAdvisories, type Judged, judgeAdvisories, readAudit } from './advisories.ts'
import { type Licensed, licensePackages, readPolicy } from './licences.ts'
import { noticesText } from './notices.ts'
import { runAudit } from './run-audit.ts'
import { sbomText } from './sbom.ts'
import { KINDS, type ShippedPackage, shippedPackages } from './shipped.ts'

const SBOM = 'sbom.cdx.json'
const NOTICES = 'THIRD-PARTY-NOTICES.txt'
const ACCEPTED = join(resourcesDirectory, 'release', 'accepted-advisories.json')

interface Preparing {
  readonly folder: string
  readonly audit: boolean
  /** Epoch milliseconds: now, and the time that the release is said to be of. */
  readonly now: number
  readonly dated: number
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Prepared extends Judged {
  readonly version: string
  readonly audited: boolean
  /** How many packages of others go along. */
  readonly packages: number
  /** What was written: nothing where there is a problem. */
  readonly files: readonly string[]
}

function readAccepted(): AcceptedAdvisories {
  const { data, error } = AcceptedAdvisories.safeParse(JSON.parse(readFileSync(ACCEPTED, 'utf8')))
  if (data) return data
  const [issue] = error.issues
  throw new WindfallError('config.invalid', `${ACCEPTED} is not a list of accepted advisories (${issue?.path.join('.')}: ${issue?.message}).`)
}

async function auditOf(shipped: readonly ShippedPackage[], { audit, now, environment }: Preparing): Promise<Judged> {
  if (!audit) return { problems: [], notes: ['Known weaknesses were not asked for.'] }
  return judgeAdvisories(readAudit(await runAudit(environment)), { shipped, accepted: readAccepted(), at: now })
}

function write(licensed: readonly Licensed[], { folder, dated }: Preparing): readonly string[] {
  const [sbom, notices] = [join(folder, SBOM), join(folder, NOTICES)]
  mkdirSync(folder, { recursive: true })
  writeFileSync(sbom, sbomText({ version: packageVersion, licensed, at: dated }))
  writeFileSync(notices, noticesText(licensed, KINDS))
  return [sbom, notices]
}

/**
 * Judges all that others wrote and we hand on, and writes its list and its notices if nothing stands in the way. Errors: `input.invalid` where something is
 * not built or installed, `unavailable` where the registry does not answer, `config.invalid`.
 */
export async function prepareRelease(preparing: Preparing): Promise<Prepared> {
  const shipped = shippedPackages()
  const { licensed, problems: ofLicences } = licensePackages(shipped, readPolicy())
  const { problems: ofAudit, notes } = await auditOf(shipped, preparing)
  const problems = [...ofLicences, ...ofAudit]
  const files = problems.length > 0 ? [] : write(licensed, preparing)
  return { version: packageVersion, audited: preparing.audit, packages: licensed.length, files, problems, notes }
}

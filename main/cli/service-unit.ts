import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'
import { packageRoot } from '../kernel/paths.ts'
import { type Scope, type UnitSpec, unitText } from './systemd.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface UnitRequest {
  readonly scope: Scope
  /** Who the system service runs as, if the owner said so. */
  readonly account: string | undefined
  /** Absolute. */
  readonly dataDirectory: string
  /** The options of `windfall agent` besides `--data`, as typed. */
  readonly options: readonly string[]
  readonly environment: Environment
}

/** Where the engine and the vendor's library are, if it is not where everybody looks. */
const PASSED_ON = [
  'DOCKER_HOST',
  'WINDFALL_NVML',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'WINDFALL_CLIENT_CERTIFICATE_FILE',
  'WINDFALL_CLIENT_KEY_FILE',
]

/** Error: `input.invalid` unless a system service was given the account of a person. */
function accountOf({ scope, account, environment }: UnitRequest): string | null {
  if (scope === 'user') return null
  const name = account ?? environment['SUDO_USER']
  if (name !== undefined && name !== 'root' && /^[a-z_][\w.-]{0,30}\$?$/i.test(name)) return name
  throw new WindfallError(
    'input.invalid',
    'A service of the system runs under the account of its owner, not as root. Name it with --run-as, such as --run-as "$USER".',
  )
}

/** The unit that starts this very Windfall on this very Node, as the owner would by hand. */
export function serviceUnit(request: UnitRequest, { version, ownView }: Pick<UnitSpec, 'version' | 'ownView'>): string {
  const { scope, dataDirectory, options, environment } = request
  const variables = PASSED_ON.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []))
  return unitText({
    scope,
    account: accountOf(request),
    command: [process.execPath, join(packageRoot, 'main', 'cli', 'windfall.mjs'), 'agent', 'run', '--data', dataDirectory, ...options],
    dataDirectory,
    environment: Object.fromEntries(variables),
    version,
    ownView: scope === 'system' || ownView,
  })
}

/** The unit file of the agent's service. Pure: what is there, what is allowed and where it lies is given. */

export const UNIT_NAME = 'windfall-agent.service'
/** The first line of a unit that we wrote, and may replace or remove. */
export const UNIT_MARK = '# Written by “windfall agent install”; “windfall agent uninstall” removes it. Changes belong into “systemctl edit”.'

export type Scope = 'user' | 'system'

export interface UnitSpec {
  readonly scope: Scope
  /** Whose account a system service runs under; `null` for a user service. */
  readonly account: string | null
  readonly command: readonly string[]
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** Major version of the running systemd. */
  readonly version: number
  /** Whether the service can have a view of the file system of its own: always for the system, and for users where the kernel lets them. */
  readonly ownView: boolean
}

/** From here on systemd waits longer after each failed start. */
const GROWING_DELAY = 254

/** One word of an `ExecStart=` or `Environment=` line. @see systemd.service(5), “Command lines”; systemd.unit(5), “Specifiers” */
export function quoteWord(word: string): string {
  const literal = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('%', '%%')
  return /^[\w@+=:,./-]+$/.test(literal) ? literal : `"${literal}"`
}

/** In arguments, but not in the program's own path, `$` stands for a variable too. */
const commandLine = ([program = '', ...args]: readonly string[]): string =>
  [quoteWord(program), ...args.map((word) => quoteWord(word.replaceAll('$', '$$$$')))].join(' ')

const restart = (version: number): string[] => [
  'Restart=on-failure',
  'RestartSec=5',
  ...(version >= GROWING_DELAY ? ['RestartSteps=8', 'RestartMaxDelaySec=300'] : []),
  // A setting that is wrong, or a directory that another agent holds, is the same at the next start.
  'RestartPreventExitStatus=2 4',
]

/** What the kernel keeps from the service whoever runs it: none of this needs a view of the file system of its own. */
const SYSCALLS = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictNamespaces=yes',
  // Unix for the container engine and D-Bus, netlink to list network interfaces.
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallErrorNumber=EPERM',
]

/** Devices stay visible (NVIDIA, DRM, TPM), and so do other users' processes: the agent has to see a game to make way for it. */
const view = ({ scope, dataDirectory }: UnitSpec): string[] => [
  ...(scope === 'user' ? ['PrivateUsers=yes'] : ['CapabilityBoundingSet=', 'AmbientCapabilities=']),
  'ProtectSystem=strict',
  'ProtectHome=read-only',
  `ReadWritePaths=${quoteWord(dataDirectory)}`,
  'PrivateTmp=yes',
  // Its sockets tell how long nobody has touched the keyboard.
  'BindReadOnlyPaths=-/tmp/.X11-unix',
  'ProtectControlGroups=yes',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'ProtectHostname=yes',
]

/** The whole file. A user service cannot wait for units of the system, so it starts as soon as its user's session does. */
export function unitText(spec: UnitSpec): string {
  const { scope, account, command, environment, version, ownView } = spec
  const after = scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target docker.service podman.socket'] : []
  const variables = Object.entries(environment).map(([name, value]) => `Environment=${quoteWord(`${name}=${value}`)}`)
  return [
    UNIT_MARK,
    '[Unit]',
    'Description=Windfall agent: lends this machine’s idle hours when the grid is green',
    ...after,
    // Without a limit: a machine that was long without its disk or its network comes back by itself.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    ...(account === null ? [] : [`User=${account}`]),
    `ExecStart=${commandLine(command)}`,
    ...variables,
    ...restart(version),
    // The agent ends its children itself, and takes its container away.
    'KillMode=mixed',
    'TimeoutStopSec=60',
    'OOMScoreAdjust=500',
    'UMask=0077',
    ...SYSCALLS,
    ...(ownView ? view(spec) : []),
    '',
    '[Install]',
    `WantedBy=${scope === 'user' ? 'default.target' : 'multi-user.target'}`,
    '',
  ].join('\n')
}

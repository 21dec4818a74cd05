import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { packageRoot, packageVersion, resourcesDirectory } from '../../kernel/paths.ts'

const TEMPLATES = join(resourcesDirectory, 'deploy', 'debian')
const UNITS = ['windfall-agent.service', 'windfall-coordinator.service']
const SETTINGS = ['agent.env', 'coordinator.env']
const SCRIPTS = ['postinst', 'prerm', 'postrm']
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Where shells look for completions that packages bring. */
const COMPLETIONS = {
  'windfall.bash': 'bash-completion/completions/windfall',
  _windfall: 'zsh/vendor-completions/_windfall',
  'windfall.fish': 'fish/vendor_completions.d/windfall.fish',
} as const

const KIB = 1_024

/** Bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** The control file of a Debian package (Debian policy §5.3). `architecture` as Debian names it; `bytes` is what is installed. */
const controlText = ({ version, architecture, bytes }: { version: string; architecture: string; bytes: number }): string =>
  [
    'Package: windfall',
    // A tilde sorts before the release it leads to, as a hyphen does in semantic versions.
    `Version: ${version.replace('-', '~')}`,
    `Architecture: ${architecture}`,
    'Maintainer: Windfall contributors <maintainers@windfall.invalid>',
    `Installed-Size: ${Math.ceil(bytes / KIB)}`,
    // Node's own needs; useradd makes the account that both services run under.
    'Depends: libc6 (>= 2.28), libstdc++6, passwd',
    'Recommends: ca-certificates',
    'Suggests: docker.io | docker-ce | podman, postgresql',
    'Section: net',
    'Priority: optional',
    'Description: pays for the idle hours of a GPU, and runs them when the grid is green',
    ' The agent notices that nobody needs this machine, waits for low-carbon hours, runs',
    ' one sandboxed job, measures its energy, signs the measurement and is paid for it.',
    ' The coordinator matches jobs to machines and hours, checks every proof, issues',
    ' carbon receipts that anybody can verify offline, and keeps double-entry books.',
    '',
  ].join('\n')

function put(from: string, to: string, mode: number): void {
  cpSync(from, to)
  chmodSync(to, mode)
}

/** The pages of the manual, compressed as Debian policy §12.1 asks, and completions, below `share`. */
async function putDocuments(share: string): Promise<void> {
  const made = mkdtempSync(join(tmpdir(), 'windfall-documents-'))
  try {
    await promisify(execFile)(process.execPath, [join(packageRoot, 'main', 'cli', 'documents.ts'), made])
    const pages = join(share, 'man', 'man1')
    mkdirSync(pages, { recursive: true })
    for (const page of readdirSync(join(made, 'man')))
      writeFileSync(join(pages, `${page}.gz`), gzipSync(readFileSync(join(made, 'man', page)), { level: 9 }), { mode: 0o644 })
    for (const [from, to] of Object.entries(COMPLETIONS)) {
      mkdirSync(join(share, to, '..'), { recursive: true })
      put(join(made, 'completions', from), join(share, to), 0o644)
    }
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/**
 * Packs a file system to be, with a headless tree in its `usr/lib/windfall`, as a `.deb`: one program, two services that are installed and not enabled, and
 * settings in `/etc/windfall` that upgrades keep, and the manual. Needs `dpkg-deb`. Answers the package's path, in the folder `out`.
 */
export async function packDebian({ root, out }: { readonly root: string; readonly out: string }): Promise<string> {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch
  for (const folder of ['DEBIAN', 'usr/bin', 'usr/lib/systemd/system', 'etc/windfall', 'usr/share/doc/windfall'])
    mkdirSync(join(root, folder), { recursive: true })
  put(join(TEMPLATES, 'windfall'), join(root, 'usr/bin/windfall'), 0o755)
  for (const unit of UNITS) put(join(TEMPLATES, unit), join(root, 'usr/lib/systemd/system', unit), 0o644)
  for (const file of SETTINGS) put(join(TEMPLATES, file), join(root, 'etc/windfall', file), 0o644)
  const licences = ['LICENSE', 'THIRD-PARTY-NOTICES.txt'].map((name) => readFileSync(join(root, 'usr/lib/windfall', name), 'utf8'))
  writeFileSync(join(root, 'usr/share/doc/windfall/copyright'), licences.join('\n\n'), { mode: 0o644 })
  await putDocuments(join(root, 'usr/share'))
  for (const script of SCRIPTS) put(join(TEMPLATES, script), join(root, 'DEBIAN', script), 0o755)
  writeFileSync(join(root, 'DEBIAN/conffiles'), SETTINGS.map((file) => `/etc/windfall/${file}\n`).join(''))
  writeFileSync(join(root, 'DEBIAN/control'), controlText({ version: packageVersion, architecture, bytes: sizeOf(root) }))
  // The version in the name as releases write it: a tilde has no place in an address.
  const file = join(out, `windfall_${packageVersion}_${architecture}.deb`)
  await promisify(execFile)('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', '-z6', root, file])
  return file
}

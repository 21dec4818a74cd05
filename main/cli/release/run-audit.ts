import { execFile } from 'node:child_process'
import { packageRoot } from '../../kernel/paths.ts'
import { MAX_REPORT_BYTES } from './advisories.ts'

const PATIENCE_MS = 60_000

/** What `npm audit --json` prints about the lock file; it ends with 1 both where it found something and where nobody answered. Never rejects. */
export function runAudit(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  // Run by npm itself, that one; otherwise the one that is found.
  const own = environment['npm_execpath']
  const [program, args] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []]
  return new Promise((resolve) => {
    execFile(program, [...args, 'audit', '--json'], { cwd: packageRoot, timeout: PATIENCE_MS, maxBuffer: MAX_REPORT_BYTES }, (error, stdout) =>
      resolve(stdout === '' ? JSON.stringify({ message: error === null ? 'npm said nothing' : error.message }) : stdout),
    )
  })
}

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives every test process one folder for its temporary files, and removes it with all that tests left in it. */
export function setup(): () => void {
  const outer = process.env['TMPDIR']
  const scratch = mkdtempSync(join(tmpdir(), 'wf-'))
  // A database server that runs as a user of its own has its files in it.
  chmodSync(scratch, 0o711)
  process.env['TMPDIR'] = scratch
  return () => {
    if (outer === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = outer
    rmSync(scratch, { recursive: true, force: true })
  }
}

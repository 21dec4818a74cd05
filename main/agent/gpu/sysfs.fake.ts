import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface FakeTree extends Disposable {
  readonly root: string
  readonly write: (path: string, value: string | number | Uint8Array) => void
  readonly link: (path: string, target: string) => void
}

/** A folder that stands in for `/sys` or `/proc`. */
export function createFakeTree(files: Readonly<Record<string, string | number>> = {}): FakeTree {
  const root = mkdtempSync(join(tmpdir(), 'fake-tree-'))
  const place = (path: string): string => {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    return file
  }
  const write = (path: string, value: string | number | Uint8Array) => writeFileSync(place(path), value instanceof Uint8Array ? value : `${value}\n`)
  for (const [path, value] of Object.entries(files)) write(path, value)
  return {
    root,
    write,
    link: (path, target) => symlinkSync(target, place(path)),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

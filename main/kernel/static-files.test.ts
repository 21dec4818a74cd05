import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { confine, readStatic } from './static-files.ts'

const parent = mkdtempSync(join(tmpdir(), 'windfall-static-'))
const root = join(parent, 'renderer')
mkdirSync(join(root, 'assets'), { recursive: true })
writeFileSync(join(parent, 'secret.json'), '{}')
mkdirSync(join(parent, 'renderer-twin'))
writeFileSync(join(parent, 'renderer-twin', 'twin.json'), '{}')
writeFileSync(join(root, 'index.html'), '<!doctype html>')
writeFileSync(join(root, '.hidden.json'), '{}')
writeFileSync(join(root, 'tool.exe'), 'MZ')
writeFileSync(join(root, 'assets', 'app-1a2b.js'), 'export {}')

describe('a path never leaves the bundle', () => {
  test.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/../../secret.json',
    '/assets/%2e%2e/%2e%2e/secret.json',
    '/%2e%2e%5csecret.json',
    '/..\\secret.json',
    '/../renderer-twin/twin.json',
    '//etc/passwd',
    '/%2fetc/passwd',
    '/index.html%00.js',
    '/%',
    '/.hidden.json',
    '/C:/Windows/win.json',
    'index.html',
    '',
    '/assets/',
    '/assets',
    '/tool.exe',
    '/missing.js',
    '/%252e%252e/secret.json',
  ])('%s', async (path) => {
    expect(await readStatic(root, path)).toBeNull()
  })
})

test('the page and its hashed assets are served with their type', async () => {
  expect((await readStatic(root, '/'))?.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect((await readStatic(root, '/assets/app-1a2b.js'))?.headers['cache-control']).toContain('immutable')
  expect(confine(root, '/index.html')).toBe(join(root, 'index.html'))
})

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../run.fixture.ts'

test('the checking page is written as one file, and over no other file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-receipt-page-'))
  const [page, other] = [join(folder, 'verify.html'), join(folder, 'mine.txt')]
  writeFileSync(other, 'mine')
  expect(await run('receipt', 'page', page, '--json')).toMatchObject({ code: 0, out: `${JSON.stringify({ file: page })}\n` })
  const text = readFileSync(page, 'utf8')
  expect(text).toMatch(/^<!doctype html>[^]*http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/)
  // Whoever keeps it in a mailbox wants it small.
  expect(text.length).toBeLessThan(500_000)
  expect(await run('receipt', 'page', other)).toMatchObject({ code: 2, err: expect.stringContaining('There is such a file already') })
  expect(readFileSync(other, 'utf8')).toBe('mine')
})

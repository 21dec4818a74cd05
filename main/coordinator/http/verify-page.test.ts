import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { bindVerifyPage } from './verify-page.ts'

test('the page is served under its own policy, in nobody’s frame, and not before it is built', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'windfall-verify-page-')), 'verify.html')
  const app = Fastify()
  bindVerifyPage(app, file)
  const missing = await app.inject('/verify.html')
  expect(missing.json()).toMatchObject({ message: expect.stringContaining('npm run build') })
  const page = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-x'"><title>Check</title>`
  writeFileSync(file, page)
  const { statusCode, body, headers } = await app.inject('/verify.html')
  expect({ statusCode, body }).toEqual({ statusCode: 200, body: page })
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; script-src 'sha256-x'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  })
  await app.close()
})

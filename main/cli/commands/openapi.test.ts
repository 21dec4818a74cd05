import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApi } from '../../coordinator/http/openapi.ts'
import { packageVersion } from '../../kernel/paths.ts'
import { run } from '../run.fixture.ts'

test('the description of the API is printed or written without a coordinator, and over no other file', async () => {
  const document = JSON.parse(JSON.stringify(openApi(packageVersion)))
  const [people, programs] = [await run('openapi'), await run('openapi', '--json')]
  expect(JSON.parse(people.out)).toEqual(document)
  expect(JSON.parse(programs.out)).toEqual(document)
  const file = join(mkdtempSync(join(tmpdir(), 'windfall-openapi-')), 'openapi.json')
  expect(await run('openapi', file)).toMatchObject({ code: 0, out: `Wrote ${file}.\n` })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document)
  expect(await run('openapi', file)).toMatchObject({ code: 2, err: expect.stringContaining('There is such a file already') })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Arena, openArena } from './arena.fixture.ts'
import { isCompilerThere } from './attack.fixture.ts'
import { type Escape, FILES, KERNEL } from './escapes.fixture.ts'

let arena: Arena

beforeAll(async () => {
  arena = await openArena('escapes')
})

afterAll(() => arena.close())

async function attempt({ program, observe }: Escape): Promise<void> {
  const script = typeof program === 'string' ? program : program(arena.host)
  const { said, failure } = await arena.fight(`(${script}) 2>&1; true > /job/out/result`)
  expect(said).not.toContain('ESCAPED')
  expect(said).not.toContain(arena.host.secret)
  expect(said).toMatch(observe)
  // What failed to get out is an ordinary job: it ends by itself, and its log tells what it was refused.
  expect(failure).toBeNull()
}

describe.concurrent('a job cannot', () => {
  for (const escape of [...FILES, ...KERNEL]) test.skipIf(escape.isCompiled && !isCompilerThere)(escape.name, () => attempt(escape))
})

import { expect, test } from 'vitest'
import { ImageRules, checkAllowed } from './image-rules.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const OTHER = `sha256:${'b'.repeat(64)}`
const pulled = { name: 'docker', image: OTHER, archive: null, reference: `docker.io/library/alpine@${DIGEST}` } as const
const loaded = { name: 'docker', image: OTHER, archive: DIGEST, reference: `docker.io/library/alpine@${DIGEST}` } as const
const isAllowed = (allow: string[] | null, image: typeof pulled | typeof loaded, gpu: boolean): boolean => {
  try {
    checkAllowed({ allow }, image, gpu)
    return true
  } catch {
    return false
  }
}

test.each([
  ['without a list, what a lease names runs on the processor', null, pulled, false, true],
  ['without a list, nothing gets a GPU', null, pulled, true, false],
  ['an empty list lets nothing run', [], pulled, false, false],
  ['the digest of the reference', [DIGEST], pulled, true, true],
  ['the digest of the image', [OTHER], pulled, true, true],
  ['a repository, as people write it', ['alpine'], pulled, true, true],
  ['a repository, in full', ['docker.io/library/alpine'], pulled, true, true],
  ['a longer name is another repository', ['alp'], pulled, false, false],
  ['beside an archive a reference is a claim', ['alpine'], loaded, false, false],
  ['an archive by the digest of its image', [OTHER], loaded, true, true],
  ['everything', ['*'], loaded, true, true],
] as const)('%s', (_what, allow, image, gpu, expected) => {
  expect(isAllowed(allow && [...allow], image, gpu)).toBe(expected)
})

test('a refusal says what the owner can do, and sends the job to somebody else', () => {
  expect(() => checkAllowed({ allow: null }, pulled, true)).toThrow(
    expect.objectContaining({ retry: true, message: expect.stringContaining('agent.images.allow') }),
  )
})

test('a setting that means nothing is refused', () => {
  expect(ImageRules.parse({})).toEqual({ allow: null, diskGB: 30, monthlyGB: null })
  for (const wrong of [{ allow: ['UPPER'] }, { allow: ['sha256:xyz!'] }, { diskGB: 0 }, { diskGb: 3 }]) expect(ImageRules.safeParse(wrong).success).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { errandOfLink } from './deep-link.ts'
import { isLink } from './launch-arguments.ts'

const ID = '01J9Z3-abc_DEF'

describe('a link opens a page', () => {
  test.each([
    ['windfall://', '#/'],
    ['windfall://home', '#/'],
    ['windfall://payouts', '#/payouts'],
    ['windfall://payouts/', '#/payouts'],
    ['WINDFALL://payouts', '#/payouts'],
    [`windfall://payouts/${ID}`, `#/payouts/${ID}`],
    [`windfall://receipts/${ID}/`, `#/receipts/${ID}`],
    [`windfall://jobs/${ID}`, `#/jobs/${ID}`],
    [`windfall://earnings/${ID}`, `#/earnings/${ID}`],
    ['windfall://statements/2026-11', '#/statements/2026-11'],
    ['windfall://settings', '#/settings'],
    ['windfall://grid', '#/grid'],
  ])('%s → %s', (link, hash) => expect(errandOfLink(link)).toEqual({ do: 'go', hash }))
})

describe('a link never does more, and never goes elsewhere', () => {
  test.each([
    'windfall://pause',
    'windfall://payouts/claim?amount=all',
    'windfall://payouts?claim=1',
    'windfall://settings#theme=dark',
    'windfall://settings/reset/all',
    'windfall://resume',
    'windfall://payouts/../../settings',
    'windfall://payouts/%2e%2e/settings',
    'windfall://payouts/..',
    'windfall://payouts//abc',
    'windfall:payouts',
    'windfall:///payouts',
    'windfall://user:secret@payouts',
    'windfall://payouts:80/abc',
    'windfall://statements',
    'windfall://statements/2026-13',
    'windfall://statements/november',
    'windfall://grid/GB',
    'windfall://day/2026-11-21',
    'windfall://constructor',
    'windfall://__proto__',
    'windfall://hasOwnProperty',
    'windfall://payouts/-rf',
    'windfall://payouts/_x',
    `windfall://payouts/${'x'.repeat(65)}`,
    `windfall://${'x'.repeat(100_000)}`,
    `windfall://payouts/${'a/'.repeat(50_000)}`,
    'windfall://payouts/<script>alert(1)</script>',
    'windfall://payouts/javascript:alert(1)',
    'windfall://payouts\n--data=/tmp/evil',
    'windfall://payouts --hidden',
    ' windfall://payouts',
    'windfall://payouts\0',
    'windfall://päyouts',
    'windfall://Payouts',
    'windfall://payouts/аbc',
    'https://evil.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
  ])('%j', (link) => expect(errandOfLink(link)).toEqual({ do: 'explain', message: expect.stringContaining('could not follow this link') }))

  test('what it said is not repeated: whoever made it does not write in the window', () => {
    expect(JSON.stringify(errandOfLink('windfall://call+01234-now-your-machine-is-broken'))).not.toContain('01234')
  })
})

test.each([
  ['windfall://payouts', true],
  ['Windfall:anything', true],
  ['--windfall://x', false],
  ['/home/me/windfall://x', false],
  ['https://windfall.example', false],
])('%s is a link for Windfall: %s', (text, is) => expect(isLink(text)).toBe(is))

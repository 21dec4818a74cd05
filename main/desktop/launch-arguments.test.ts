import { expect, test } from 'vitest'
import { readLaunch } from './launch-arguments.ts'

const NOTHING = { data: null, hidden: false, links: [], receipts: [] }

test.each([
  ['nothing', ['/opt/windfall/windfall'], {}],
  ['a data directory', ['electron', '.', '--data=/srv/windfall'], { data: '/srv/windfall' }],
  ['a data directory as a second word', ['electron', '--data', '/srv/windfall'], { data: '/srv/windfall' }],
  ['a data directory that is a switch', ['electron', '--data', '--hidden'], { hidden: true }],
  ['the start at login', ['/opt/windfall/windfall', '--hidden'], { hidden: true }],
  [
    'a link among Chromium’s switches',
    ['windfall.exe', '--allow-file-access-from-files', 'windfall://payouts', '--original-process-start-time=1'],
    { links: ['windfall://payouts'] },
  ],
  ['a receipt', ['windfall', '/home/me/November.WFRECEIPT'], { receipts: ['/home/me/November.WFRECEIPT'] }],
  ['a link that ends like a receipt', ['windfall', 'windfall://x.wfreceipt'], { links: ['windfall://x.wfreceipt'] }],
  ['a switch that looks like a link or a file', ['windfall', '--x=windfall://payouts', '--y.wfreceipt'], {}],
] as const)('%s', (_what, argv, expected) => expect(readLaunch(argv)).toEqual({ ...NOTHING, ...expected }))

test.each([
  ['a data directory', '--data=/tmp/of-somebody-else'],
  ['a data directory as a second word', '--data', '/tmp/of-somebody-else'],
  ['a start without a window', '--hidden'],
  ['a file of another computer', '\\\\elsewhere\\share\\a.wfreceipt'],
  ['another link', 'windfall://settings'],
])('a link that breaks out of its quotes brings nothing along: %s', (_what, ...smuggled) =>
  expect(readLaunch(['windfall.exe', 'windfall://payouts', ...smuggled])).toEqual({ ...NOTHING, links: ['windfall://payouts'] }),
)

test('a flood of files is cut off', () => {
  expect(readLaunch(Array.from({ length: 10_000 }, (_, n) => `${n}.wfreceipt`)).receipts).toHaveLength(8)
})

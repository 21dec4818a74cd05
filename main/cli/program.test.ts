import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { packageVersion } from '../kernel/paths.ts'
import { writePrivateFile } from '../kernel/key-file.ts'
import { createProgram } from './index.ts'
import { run } from './run.fixture.ts'

const data = mkdtempSync(join(tmpdir(), 'windfall-cli-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))
afterEach(() => vi.unstubAllEnvs())
for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY', 'WINDFALL_RPC_URL']) delete process.env[name]

const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : [])
const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]
const commands = all(await createProgram())
  .slice(1)
  .filter((command) => command.name() !== '__complete')
const leaves = commands.filter(({ commands: below }) => below.length === 0)

test('the commands people were promised are there', () => {
  const names = leaves.map((command) => pathOf(command).join(' '))
  for (const promised of [
    'up',
    'agent run',
    'agent install',
    'agent uninstall',
    'agent url',
    'status',
    'pause',
    'resume',
    'finish',
    'run-anyway',
    'pair',
    'stats',
    'model add',
    'model list',
    'model show',
    'node list',
    'node show',
    'node quarantine',
    'node release',
    'node remove',
    'wallet link',
    'wallet show',
    'wallet set',
    'wallet cancel',
    'node token create',
    'node token list',
    'node token revoke',
    'fleet invite',
    'fleet list',
    'fleet leave',
    'fleet remove',
    'coordinator run',
    'receipt mint',
    'receipt burn',
    'log head',
    'log inclusion',
    'log consistency',
    'log entries',
    'log anchors',
    'log audit',
    'job submit',
    'job plan',
    'job example',
    'job import',
    'job list',
    'job show',
    'job cancel',
    'template create',
    'template list',
    'template show',
    'template remove',
    'array list',
    'array show',
    'array cancel',
    'api-key create',
    'api-key list',
    'api-key revoke',
    'api-key rotate',
    'approval list',
    'approval show',
    'approval approve',
    'approval reject',
    'requester add',
    'requester list',
    'requester set-weight',
    'requester fund',
    'requester deposit',
    'requester deposits',
    'requester decide-deposit',
    'receipt list',
    'receipt show',
    'receipt verify',
    'payout list',
    'zone list',
    'zone show',
    'zone find',
    'zone forecast',
    'zone history',
    'zone simulate',
    'coordinator status',
    'person export',
    'person erase',
    'person keep',
    'person erasures',
    'audit list',
    'audit show',
    'audit export',
    'audit head',
    'audit verify',
    'decision list',
    'decision show',
    'decision replay',
    'decision export',
    'decision verify',
    'doctor',
    'release sign',
    'release verify',
    'release key',
    'release trust',
    'release rotate',
  ])
    expect(names).toContain(promised)
})

test.each(leaves.map((command) => [pathOf(command).join(' '), command] as const))('“%s” explains itself and can answer with JSON', async (_, command) => {
  const flags = command.options.map(({ long }) => long)
  expect(flags).toEqual(expect.arrayContaining(['--json', '--data']))
  expect(command.description()).not.toBe('')
  for (const { description, long } of command.options) expect(description, long ?? '').not.toBe('')
  const { code, out, err } = await run(...pathOf(command), '--help')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain(`Usage: windfall ${pathOf(command).join(' ')}`)
})

test('help at the top lists every command and documents every exit code', async () => {
  const { code, out } = await run('--help')
  expect(code).toBe(0)
  for (const command of commands.filter(({ parent }) => parent?.parent === null)) expect(out).toContain(command.name())
  for (const exit of ['0', '1', '2', '3', '4', '5']) expect(out).toMatch(new RegExp(`^  ${exit}  \\w`, 'm'))
  expect((await run('--version')).out.trim()).toBe(packageVersion)
})

test.each([
  [['nonsense'], /unknown command 'nonsense'/],
  [['up', '--nonsense'], /unknown option '--nonsense'/],
  [['status', 'extra'], /too many arguments/],
  [['job', 'frobnicate'], /unknown command 'frobnicate'/],
  [['job', 'show'], /missing required argument 'job'/],
  [['receipt', 'verify'], /Give a .wfreceipt file, or a job: windfall receipt verify --job JOB/],
  [['agent', '--port', 'abc'], /--port <port>.*'abc' is invalid.*whole number from 0 to 65535/],
  [['up', '--port', '70000'], /--port <port>.*whole number/],
  [['localnet', '--port', '-1'], /--port <port>.*whole number/],
  [['localnet', '--slot-ms', '0'], /--slot-ms <ms>.*whole number from 1/],
  [['coordinator', '--port', '1e3'], /--port <port>.*whole number/],
  [['coordinator', '--log-level', 'loud'], /--log-level <level>.*'loud' is invalid.*debug, info, warn, error/],
  [['job', 'list', '--limit', 'many'], /--limit <n>.*whole number from 1 to 200/],
  [['payout', 'list', '--limit', '0'], /--limit <n>.*whole number/],
  [['receipt', 'list', '--limit', '-5'], /--limit <n>.*whole number/],
  [['job', 'list', '--state', 'done'], /--state <state>.*Allowed choices are queued, planned/],
  [['run-anyway', 'soon'], /“soon” is not a time.*30m, 6h or 2d/],
  [['job', 'submit', 'missing.json'], /missing\.json cannot be read \(ENOENT/],
  [['job', 'plan', 'missing.json'], /missing\.json cannot be read \(ENOENT/],
  [['pause', 'soon'], /“soon” is not a time.*30m, 6h or 2d/],
  [['job', 'list', '--coordinator', 'https://example.org'], /needs an API key/],
  [['job', 'list', '--coordinator', 'example.org', '--key', 'k'], /--coordinator needs an address such as https/],
  [['job', 'list', '--coordinator', 'ftp://example.org', '--key', 'k'], /--coordinator needs an address/],
  [['agent', '--gate', 'green'], /“green” is not a rule for --gate.*below:200/],
  [['agent', '--zone', 'London'], /zone: expected a zone such as GB/],
  [['agent', '--payout-address', '0xabc'], /payoutAddress/],
  [['agent', '--coordinator', 'somewhere'], /coordinatorUrl/],
  [['agent', '--test-wallet', 'somewhere'], /--test-wallet needs an address/],
  [['up', '--zone', 'London'], /zone: expected a zone/],
  [['zone', 'show'], /missing required argument 'zone'/],
  [['zone', 'find'], /Give a postcode, or both --latitude and --longitude/],
  [['zone', 'find', '--latitude', '51'], /Give a postcode, or both/],
  [['zone', 'find', 'SW1A', '--latitude', '51', '--longitude', '0'], /Give a postcode, or both/],
  [['zone', 'find', '75001'], /not a postcode of Great Britain/],
  [['zone', 'find', '--latitude', '91', '--longitude', '0'], /--latitude <degrees>.*degrees from -90 to 90/],
  [['zone', 'find', '--latitude', '1e1', '--longitude', '0'], /--latitude <degrees>.*degrees/],
  [['zone', 'forecast', 'GB', '--kind', 'colour'], /--kind <kind>.*average, marginal, price/],
  [['zone', 'history', 'GB', '--days', '15'], /--days <n>.*whole number from 1 to 14/],
  [['zone', 'history', 'GB', '--until', '40'], /--until <time>.*UTC day such as 2026-03-01/],
  [['zone', 'list', '--coordinator', 'ftp://example.org'], /--coordinator needs an address/],
  [['coordinator'], /give an endpoint with --rpc/],
  [['coordinator', '--rpc', 'somewhere'], /rpcUrls/],
] as const)('windfall %j is wrong usage: exit code 2 and one line that says what is right', async (args, message) => {
  const { code, out, err } = await run(...args, ...(args[0] === 'nonsense' ? [] : ['--data', data]))
  expect([code, out]).toEqual([2, ''])
  expect(err.replaceAll('\n', ' ')).toMatch(message)
  expect(
    err
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('(Did you mean')),
  ).toHaveLength(1)
  expect(err).not.toMatch(/\n\s+at /)
})

test.each([
  [['nonsense'], /^unknown command 'nonsense'/],
  [['job', 'list', '--limit', '0'], /^option '--limit <n>' argument '0' is invalid/],
  [['job', 'show'], /^missing required argument 'job'/],
  [['pause', 'soon', '--data', data], /^“soon” is not a time/],
])('windfall %j with --json tells programs what is wrong, too', async (args, detail) => {
  const { code, out, err } = await run(...args, '--json')
  expect(code).toBe(2)
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'input.invalid', status: 400, detail: expect.stringMatching(detail) } })
  expect(err).not.toBe('')
})

test('a data directory that cannot be read is not taken for one on which nothing runs', async () => {
  const unreadable = mkdtempSync(join(data, 'unreadable-'))
  mkdirSync(join(unreadable, 'windfall.json'))
  const file = join(data, 'a-file')
  writeFileSync(file, '')
  for (const directory of [unreadable, file])
    for (const line of ['status', 'job list']) {
      const { code, err } = await run(...line.split(' '), '--data', directory)
      expect([code, err]).toEqual([1, expect.stringMatching(/^windfall: .* cannot be read \(E[A-Z]+.*\)\. .*--data\.\n$/)])
    }
})

test.each([
  ['status'],
  ['status --watch'],
  ['agent url'],
  ['pause'],
  ['pause until 18:00'],
  ['resume'],
  ['finish'],
  ['run-anyway'],
  ['run-anyway 2h'],
  ['payout list'],
  ['job list'],
  ['job show job-1'],
  ['job cancel job-1'],
  ['ledger check'],
  ['receipt list --remote'],
  ['job submit --sample wasm'],
])('“windfall %s” with nothing running ends with 3 and says how to start it, whether nothing ever ran or it is gone', async (line) => {
  const empty = mkdtempSync(join(data, 'empty-'))
  const gone = mkdtempSync(join(data, 'gone-'))
  const token = 't'.repeat(32)
  writePrivateFile(
    join(gone, 'windfall.json'),
    JSON.stringify({ pid: 1, agent: { url: 'http://127.0.0.1:1', token, pid: 1 }, coordinator: { url: 'http://127.0.0.1:1', apiKey: 'k' } }),
  )
  for (const directory of line.includes('--sample') ? [empty] : [empty, gone]) {
    const { code, out, err } = await run(...line.split(' '), '--data', directory, '--json')
    expect(code).toBe(3)
    expect(err).toMatch(
      new RegExp(
        `^windfall: No (agent|coordinator) is running on ${directory}\\. Start one with: windfall up --data "${directory}"(\\. Or use one that runs elsewhere: windfall login --coordinator URL)?\\n$`,
      ),
    )
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'instance.missing', status: 503 } })
  }
})

test('the data directory comes from --data, then from WINDFALL_DATA', async () => {
  vi.stubEnv('WINDFALL_DATA', join(data, 'from-environment'))
  expect((await run('status')).err).toContain('from-environment')
  expect((await run('status', '--data', join(data, 'given'))).err).toContain(join(data, 'given'))
})

test('a directory that another instance holds is refused with 4, one that cannot be made with what to do', async () => {
  const { lockDirectory } = await import('../kernel/instance-lock.ts')
  using lock = lockDirectory(data, 'coordinator')
  expect(lock).toBeDefined()
  const busy = await run('coordinator', '--rpc', 'http://127.0.0.1:1', '--data', data)
  expect([busy.code, busy.err]).toEqual([4, expect.stringMatching(/Another Windfall \(process \d+\) is already using/)])
  const impossible = await run('coordinator', '--data', join(data, 'coordinator.lock', 'below'))
  expect([impossible.code, impossible.err]).toEqual([1, expect.stringMatching(/cannot be made.*Choose another one with --data/)])
})

import { expect, test } from 'vitest'
import { type Answers, CONTAINMENT_QUESTIONS, escapesIn, parseAnswers } from './inside-report.ts'

const STATUS = {
  Name: 'look',
  Uid: '65532\t65532\t65532\t65532',
  Gid: '65532\t65532\t65532\t65532',
  CapInh: '0000000000000000',
  CapPrm: '0000000000000000',
  CapEff: '0000000000000000',
  CapBnd: '0000000000000000',
  CapAmb: '0000000000000000',
  NoNewPrivs: '1',
  Seccomp: '2',
}
const HELD: Readonly<Record<string, string>> = {
  'r/proc/self/status': Object.entries(STATUS)
    .map(([name, value]) => `${name}:\t${value}`)
    .join('\n'),
  'r/proc/net/dev': 'Inter-|   Receive\n face |bytes\n    lo:       0       0\n tunl0: 0 0',
  'r/proc/net/route': 'Iface\tDestination\tGateway',
  'l/dev': '.\n..\ncore\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero',
}
const output = (change: Readonly<Record<string, string>> = {}): string =>
  CONTAINMENT_QUESTIONS.map((question) => `@${question}\n${change[question] ?? HELD[question] ?? '!13'}\n`).join('')
const withStatus = (change: Partial<typeof STATUS>): string =>
  output({
    'r/proc/self/status': Object.entries({ ...STATUS, ...change })
      .map(([name, value]) => `${name}:\t${value}`)
      .join('\n'),
  })

test('a container that holds has no escapes', () => {
  expect(escapesIn(parseAnswers(output()))).toEqual([])
})

test.each([
  [withStatus({ Uid: '0\t0\t0\t0' }), 'it runs as user 0, not as 65532'],
  [withStatus({ Gid: '0\t65532\t0\t0' }), 'it runs as user'],
  [withStatus({ CapBnd: '00000000a80425fb' }), 'it has capabilities (CapBnd 00000000a80425fb)'],
  [withStatus({ NoNewPrivs: '0' }), 'it can gain privileges'],
  [withStatus({ Seccomp: '0' }), 'no seccomp filter'],
  [output({ 'r/proc/net/dev': 'Inter-|\n face |\n lo: 0\n eth0: 0' }), 'it sees the network (eth0)'],
  [output({ 'r/proc/net/route': 'Iface\neth0\t00000000' }), 'it has a way to the network'],
  [output({ 'l/dev': 'null\nsda\nkvm' }), 'it sees devices (sda, kvm)'],
  [output({ 'w/open/file': 'done' }), 'it may write to /open/file'],
  [output({ 'm/tmp': 'done' }), 'it may mount on /tmp'],
  [output({ 'o/var/run/docker.sock': 'done' }), 'it may open /var/run/docker.sock'],
])('an escape is named', (text, finding) => {
  const escapes = escapesIn(parseAnswers(text))
  expect(escapes).toHaveLength(1)
  expect(escapes[0]).toContain(finding)
})

test('a program that said nothing, or not everything, proves nothing', () => {
  expect(escapesIn(parseAnswers(''))).toEqual([expect.stringMatching(/^no answer to/)])
  expect(escapesIn(parseAnswers(output().split('@m/tmp')[0] ?? ''))).toEqual([expect.stringContaining('no answer to m/tmp')])
})

test('answers are taken apart, refusals by their number', () => {
  const answers: Answers = parseAnswers('@r/a\nfirst\n@second line\n@w/b\n!30\n@o/c\ndone\n@l/d\n')
  expect([...answers]).toEqual([
    ['r/a', { text: 'first\n@second line' }],
    ['w/b', { errno: 30 }],
    ['o/c', { text: 'done' }],
    ['l/d', { text: '' }],
  ])
})

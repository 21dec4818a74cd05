import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JobSpec } from '../../../shared/contract/job.ts'
import { run } from '../run.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windfall-import-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const PINNED = `registry.example/whisper@sha256:${'a'.repeat(64)}`

async function imported(content: unknown, ...options: string[]) {
  const file = join(folder, 'definition')
  writeFileSync(file, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content))
  const { code, out, err } = await run('job', 'import', file, ...options)
  return { code, out, err, job: code === 0 ? (JSON.parse(out) as JobSpec) : null }
}
const service = (keys: object) => ({ services: { train: { image: 'busybox:1.37', ...keys } } })
const operation = (args: object, more: object = {}) => ({
  version: '0.1',
  type: 'container',
  ops: [{ type: 'container/run', id: 'infer', args: { image: 'nosana/whisper:1.0', ...args }, ...more }],
})

const NOSANA = {
  version: '0.1',
  type: 'container',
  meta: { trigger: 'cli', system_resources: { required_vram: 18 } },
  global: { env: { MODE: 'fast', LANG: 'de' } },
  logistics: { send: { type: 'api-listen', args: {} }, receive: { type: 'api-listen', args: {} } },
  ops: [
    {
      type: 'container/run',
      id: 'infer',
      args: {
        image: PINNED,
        cmd: 'python transcribe.py "$IN"',
        gpu: true,
        required_vram: 4,
        env: { LANG: 'en', HF_TOKEN: 'hunter2' },
        expose: [{ port: 8888, type: 'web', health_checks: [{ type: 'http', path: '/' }] }],
        private: false,
        volumes: [],
      },
      results: { score: { regex: 'score=(.*)', logType: ['stdout'] } },
      execution: { group: 'a', depends_on: [] },
    },
  ],
}

test('a Nosana definition becomes a job file that is complete, and all that has no counterpart is said with why', async () => {
  const { code, job, err } = await imported(NOSANA, '--seconds', '600', '--watts', '250', '--max-usd', '0.5', '--kind', 'inference')
  expect(code).toBe(0)
  expect(JobSpec.parse({ ...job, deadline: '2099-01-01T00:00:00.000Z' })).toMatchObject({
    kind: 'inference',
    name: 'infer',
    runtime: { name: 'docker', image: `sha256:${'a'.repeat(64)}`, archive: null, reference: PINNED },
    args: ['/bin/sh', '-c', 'python transcribe.py "$IN"'],
    env: { MODE: 'fast', LANG: 'en', HF_TOKEN: 'hunter2' },
    needs: { gpus: 1, vramBytes: 18e9 },
    limits: { wallSeconds: 1_200 },
    expected: { seconds: 600, watts: 250 },
    price: { microUsdPerHour: '1500000', maxMicroUsd: '500000' },
  })
  for (const words of ['logistics: the job', 'args.expose: a job has no network', 'results: nothing is searched for', 'meta.trigger: '])
    expect(err).toContain(words)
  expect(err).toContain('taken over  ops.0.args.env: LANG, HF_TOKEN')
  expect(err).toContain('windfall job submit job.json\n')
  expect(err).not.toMatch(/hunter2|args\.volumes|depends_on|--seconds/)
})

const COMPOSE = `
# how we train at home
x-common: &common
  restart: unless-stopped
services:
  train:
    <<: *common
    image: pytorch/pytorch:2.5.1
    command: python train.py --title "two words" --price '$$5'
    environment:
      - EPOCHS=3
      - SECRET=hunter2=
    ports: ["8080:80"]
    healthcheck: {test: ["CMD", "true"]}
    networks: [inside]
    privileged: false
    cpus: 0.5
    deploy:
      restart_policy: {condition: any}
      resources:
        limits: {cpus: '4', memory: 8g}
        reservations:
          memory: 6GB
          devices:
            - driver: nvidia
              count: 2
              capabilities: [gpu]
networks: {inside: {}}
`

test('a docker-compose file with one service becomes a job file, with its GPUs, limits, command and environment', async () => {
  const { job, err } = await imported(COMPOSE, '--vram', '24')
  expect(job).toMatchObject({
    name: 'train',
    runtime: { name: 'docker' },
    args: ['python', 'train.py', '--title', 'two words', '--price', '$5'],
    env: { EPOCHS: '3', SECRET: 'hunter2=' },
    limits: { wallSeconds: 7_200, memoryBytes: 8 * 2 ** 30, cpus: 4 },
    needs: { gpus: 2, vramBytes: 24e9, ramBytes: 6 * 2 ** 30 },
    expected: { seconds: 3_600, watts: 560 },
    price: { maxMicroUsd: '500000' },
  })
  for (const key of ['ports', 'healthcheck', 'networks', 'restart', 'deploy.restart_policy']) expect(err).toContain(`left out    services.train.${key}: `)
  expect(err).toContain('assumed     3600 s of work (--seconds)')
  expect(err).toContain('docker save pytorch/pytorch:2.5.1 -o image.tar, then: windfall job submit job.json --archive image.tar')
  expect(err).not.toMatch(/hunter2|privileged/)
})

test('with --json the job file is one line', async () => {
  const { out } = await imported(COMPOSE, '--json')
  expect([out.trim().split('\n').length, JSON.parse(out)]).toEqual([1, expect.objectContaining({ name: 'train' })])
})

test.each([
  ['gpus: all', { gpus: 'all' }, { needs: { gpus: 1 } }],
  ['gpus by number', { gpus: 2 }, { needs: { gpus: 2 } }],
  ['gpus as a list', { gpus: [{ driver: 'nvidia', count: 3 }] }, { needs: { gpus: 3 } }],
  ['named devices and the runtime', { runtime: 'nvidia', gpus: [{ device_ids: ['0', '3'] }] }, { needs: { gpus: 2 } }],
  [
    'mem_limit and mem_reservation',
    { mem_limit: '1.5g', mem_reservation: 536870912 },
    { limits: { memoryBytes: 1.5 * 2 ** 30 }, needs: { ramBytes: 2 ** 29 } },
  ],
  ['cpus as text', { cpus: '1.5' }, { limits: { cpus: 1.5 } }],
  ['a command as a list', { command: ['a b', '$$HOME'] }, { args: ['a b', '$HOME'] }],
  ['values that are no text', { environment: { ON: true, N: 1.5, EMPTY: '' } }, { env: { ON: 'true', N: '1.5', EMPTY: '' } }],
  ['no network', { network_mode: 'none' }, { args: [] }],
])('docker-compose: %s', async (_, keys, job) => {
  expect((await imported(service(keys))).job).toMatchObject(job)
})

test.each([
  ['volumes', { volumes: ['./data:/data'] }, /train\.volumes: a job has no volumes.*Put the files into the image/],
  ['privileged', { privileged: true }, /train\.privileged: a job has no privilege/],
  ['capabilities', { cap_add: ['SYS_ADMIN'] }, /train\.cap_add/],
  ['an entry point', { entrypoint: 'sh' }, /train\.entrypoint: .*Set ENTRYPOINT in the image/],
  ['a folder to start in', { working_dir: '/app' }, /train\.working_dir: .*WORKDIR/],
  ['an env_file', { env_file: '.env' }, /train\.env_file: .*docker compose config/],
  ['a build', { build: '.' }, /train\.build: nothing is built here/],
  ['a variable of the shell', { command: 'run ${TOKEN}' }, /train\.command: has a variable/],
  ['a variable without a value', { environment: ['TOKEN'] }, /environment\.TOKEN: takes its value from your shell/],
  ['a variable in small letters', { environment: { path: '/bin' } }, /environment\.path: .*capital letters/],
  ['an unknown key', { gpu: 1 }, /train\.gpu: not known here\. Remove it/],
  ['a key of every object', { constructor: 1, toString: 2 }, /train\.constructor: not known.*\n.*train\.toString: not known/],
  ['several replicas', { deploy: { replicas: 3 } }, /deploy\.replicas: a job runs once/],
  ['a device that is no GPU', { gpus: [{ capabilities: ['tpu'] }] }, /gpus\.0\.capabilities/],
  ['another vendor', { gpus: [{ driver: 'amd' }] }, /gpus\.0\.driver: a job is given GPUs of NVIDIA only/],
  ['a size that is none', { mem_limit: 'lots' }, /mem_limit: should be a size/],
  ['a quotation without end', { command: 'echo "a' }, /command: a quotation does not end/],
  ['too many GPUs', { gpus: 99 }, /asks for what no job may: needs\.gpus/],
  ['an image for another shell', { image: 'x;reboot' }, /names no image that can be pulled/],
])('docker-compose: %s is refused by name, with what to do', async (_, keys, message) => {
  expect(await imported(service(keys))).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
})

test.each([
  ['an unknown key of an operation', operation({ image2: 'x' }), /ops\.0\.args\.image2: not known here/],
  ['an unknown key of the file', { ...operation({}), owner: 'me' }, /owner: not known here/],
  ['another version', { ...operation({}), version: '0.2' }, /version: only version 0\.1/],
  ['a password', operation({ authentication: { docker: { username: 'me', password: 'hunter2' } } }), /authentication: nobody is given your password/],
  ['files to fetch', operation({ resources: [{ type: 'HF', repo: 'x', target: '/data' }] }), /resources: a job fetches nothing/],
  ['a volume', operation({ volumes: [{ name: 'models', dest: '/models' }] }), /args\.volumes: a job has no volumes/],
  ['a placeholder', operation({ cmd: ['%%ops.a.results.x%%'] }), /ops\.0\.args\.cmd\.0: has a placeholder/],
  ['a spread', operation({ env: { __spread__: '%%global.env%%' } }), /__spread__: is not filled in/],
  ['an operation before it', operation({}, { execution: { depends_on: ['vol'] } }), /depends_on: a job waits for no other/],
  ['two operations', { ...operation({}), ops: [...operation({}).ops, ...operation({}).ops] }, /ops: 2 of them run something/],
  ['no operation', { version: '0.1', type: 'container', ops: [{ type: 'container/create-volume', id: 'v' }] }, /ops\.0: a job has no volumes/],
  ['GPU memory that is no number', operation({ required_vram: 'much' }), /required_vram: should be a number above 0/],
])('Nosana: %s is refused by name, with what to do', async (_, definition, message) => {
  const { code, out, err } = await imported(definition)
  expect([code, out, err]).toEqual([2, '', expect.stringMatching(message)])
  expect(err).not.toContain('hunter2')
})

const bomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`),
  'services: *a9',
].join('\n')

test.each([
  ['larger than any definition', `services: ${'#'.repeat(300_000)}`, /larger than 256 KiB/],
  ['of bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00]), /cannot be read/],
  ['with a key twice', 'services: {a: {image: x, image: y}}', /not valid: Map keys must be unique/],
  ['with a key twice, as JSON', '{"ops": [], "ops": []}', /not valid: Map keys must be unique/],
  ['with a tag', 'services: !!js/function "x"', /not valid: /],
  ['whose anchors unfold without end', bomb, /anchors unfold too far/],
  ['that is nested without end', `services: ${'['.repeat(100_000)}`, /cannot be read as YAML|not valid/],
  ['of two documents', 'services: {}\n---\nservices: {}', /not valid: /],
  ['that is a list', '[]', /holds no definition/],
  ['that is empty', '', /holds no definition/],
  ['of another format', 'kind: Pod', /not recognised.*--format/],
  ['of both formats', 'ops: []\nservices: {}', /not recognised/],
  ['with the prototype as a key', '{"services": {"a": {"image": "x", "__proto__": {"privileged": true}}}}', /a\.__proto__: not known here/],
  ['with two services', 'services: {a: {image: x}, b: {image: y}}', /services: there are 2\. A job runs one/],
  ['with no service', 'services: {}', /services: there are 0/],
])('a file %s is refused in words', async (_, content, message) => {
  const { code, err } = await imported(content)
  expect([code, err]).toEqual([2, expect.stringMatching(message)])
  expect(err).not.toMatch(/\n\s+at /)
})

test('what a key writes to the terminal is harmless, and a file that is not there is said', async () => {
  const { err } = await imported({ services: { a: { image: 'x', '\u001B[2Jclear': 1 } } })
  expect([err.includes('\u001B'), err]).toEqual([false, expect.stringContaining('[2Jclear: not known here')])
  expect(await run('job', 'import', join(folder, 'missing.yml'))).toMatchObject({ code: 2, err: expect.stringMatching(/missing\.yml cannot be read/) })
})

test('--format says what a file does not show', async () => {
  expect(await imported('ops: []\nservices: {a: {image: x}}', '--format', 'compose')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/ops: not known here/),
  })
  expect((await imported(service({}), '--format', 'nosana')).err).toMatch(/services: not known here/)
})

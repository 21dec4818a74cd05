import { globSync, readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

/**
 * Every file that may open a connection to somewhere else, who says where, and what keeps that from being somewhere it should not be. Whoever adds to
 * it answers the same two questions; an address that a stranger gives goes through `guarded-fetch.ts`.
 */
const MAY: Readonly<Record<string, string>> = {
  'main/kernel/guarded-fetch.ts': 'requesters (webhooks): everything that is not the public internet is refused',
  'main/kernel/http-client.ts': 'fixed addresses of grid providers, and an owner for a solar meter at home; redirects stay on their host',
  'main/kernel/http-exchange.ts': 'as http-client.ts',
  'main/kernel/contract-http.ts': 'whoever runs the agent or the command names the coordinator; redirects are not followed',
  'main/kernel/proxy.ts': 'the environment of the process names its proxies',
  'main/client/fetch-exchange.ts': 'whoever uses the client names the coordinator; redirects are not followed',
  'main/agent/sync/socket.ts': 'the coordinator that the owner chose; redirects are not followed',
  'main/agent/idle/signals/local-socket.ts': 'a Unix socket of the desktop',
  'main/agent/jobs/inputs.ts': 'nothing by itself: it is given how to ask the coordinator',
  'main/agent/work.ts': 'as inputs.ts',
  'main/agent/jobs/image-registry.ts': 'requesters (registries of images): only looks their names up',
  'main/agent/jobs/docker.ts': 'the container engine of this machine; where it pulls from is checked by image-rules.ts',
  'main/chain/solana.ts': 'RPC endpoints that the operator names',
  'main/chain/rpc-fetch.ts': 'as solana.ts',
  'main/doctor/engine-http.ts': 'the container engine of this machine',
  'main/doctor/network-path.ts': 'the coordinator that the owner chose',
  'main/cli/agent-events.ts': 'the agent of this machine',
  'main/cli/commands/receipt-anchor.ts': 'as receipt-fetch.ts',
  'main/cli/commands/receipt-fetch.ts': 'whoever runs the command: an auditor names coordinator and RPC endpoint; a receipt names neither',
  'main/cli/commands/receipt-verify.ts': 'as receipt-fetch.ts',
  'main/cli/trusted-keys.ts': 'as receipt-fetch.ts',
  'main/coordinator/blob-stores.ts': 'an S3 endpoint that the operator names; redirects are not followed',
  'main/coordinator/http/listener.ts': 'nothing: it listens',
  'main/coordinator/members/provider.ts': 'an identity provider that the operator names, and what it says of itself within its own origin',
  'main/coordinator/persistence/s3.ts': 'as blob-stores.ts',
  'main/coordinator/persistence/postgres.ts': 'a database that the operator names',
  'main/coordinator/webhooks/sending.ts': 'nothing by itself: it is given guarded-fetch.ts',
  'main/desktop/updates/origin.ts': 'the release address that the program is built with, by TLS; redirects stay on its origin',
  'main/desktop/updates/fetch-release.ts': 'as origin.ts',
  'main/desktop/updates/update-steps.ts': 'as origin.ts',
  'main/desktop/updates/updates.ts': 'as origin.ts',
  'main/desktop/rpc-client.ts': 'the agent of this machine',
  'renderer/lib/connect.ts': 'the page itself',
  'renderer/console/coordinator-link.ts': 'the coordinator that the page came from',
  'renderer/console/open-console.tsx': 'as coordinator-link.ts',
  'renderer/console/upload.ts': 'as coordinator-link.ts',
}

const files = globSync('{shared,main,preload,renderer}/**/*.{ts,tsx}').filter((file) => !/\.(?:test|fixture|fake|bench|spec|d)\.tsx?$|\/assembly\//.test(file))

/** What of a module opens connections; `true`: all of it. All of it at once, or what it exports by default, is `default`. */
const OPENERS: Readonly<Record<string, readonly string[] | true>> = {
  'node:http': ['default', 'request', 'get', 'Agent', 'ClientRequest'],
  'node:https': ['default', 'request', 'get', 'Agent'],
  'node:http2': ['default', 'connect'],
  'node:net': ['default', 'connect', 'createConnection', 'Socket'],
  'node:tls': ['default', 'connect', 'TLSSocket'],
  'node:dgram': true,
  'node:dns': true,
  'node:dns/promises': true,
  undici: true,
  axios: true,
  aws4fetch: true,
  dockerode: true,
  pg: true,
  '@solana/web3.js': true,
  'openid-client': true,
}
/** What the platform gives to everybody. */
const GLOBALS =
  /\bglobalThis\.fetch\b|(?<![.\w])fetch\(|[{(,]\s*fetch\s*[,}]|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\(|\bsendBeacon\(|\bimport\('(?:openid-client|undici|pg|node:https?|node:net|node:tls)'\)/

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

const nodeName = (from: string): string => from.replace(/^(?=(?:http|https|http2|net|tls|dgram|dns|dns\/promises)$)/, 'node:')

function importsOpener(file: string, text: string): boolean {
  const imported = parseSync(file, text).module.staticImports.flatMap(({ moduleRequest, entries }) =>
    entries.filter(({ isType }) => !isType).map(({ importName }) => [moduleRequest.value, importName.name ?? 'default'] as const),
  )
  return imported.some(([from, name]) => {
    const openers = OPENERS[nodeName(from)]
    return openers === true || (openers?.includes(name) ?? false)
  })
}

function opens(file: string): boolean {
  const text = readFileSync(file, 'utf8')
  const mayImport = [...text.matchAll(/\bfrom '([^']+)'/g)].some(([, from = '']) => OPENERS[nodeName(from)] !== undefined)
  return (mayImport && importsOpener(file, text)) || GLOBALS.test(withoutComments(text))
}

test('only the files that are named here open connections, and each of them does', () => {
  const found = files.filter(opens).toSorted((a, b) => (a < b ? -1 : 1))
  expect(found.filter((file) => MAY[file] === undefined)).toEqual([])
  expect(Object.keys(MAY).filter((file) => !found.includes(file))).toEqual([])
})

test('sees the code', () => {
  expect(files.length).toBeGreaterThan(500)
})

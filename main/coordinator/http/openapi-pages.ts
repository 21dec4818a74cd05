import { CHANGES_EVENT, CHANGES_PATH } from '../../../shared/contract/changes.ts'
import { type RawRoute, inPath, object, text } from './openapi-raw.ts'

const secret = inPath('secret', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6', { type: 'string' })

/** What people open in a browser. */
export const pageRoutes: readonly RawRoute[] = [
  {
    operationId: 'openLinkPage',
    method: 'get',
    path: '/link/{secret}',
    access: 'public',
    summary: 'The page on which a wallet is linked to a node',
    parameters: [secret],
    answers: { 'text/html': text('<!doctype html>…') },
  },
  ...(['page.css', 'page.js'] as const).map(
    (file): RawRoute => ({
      operationId: file === 'page.css' ? 'getLinkPageStyle' : 'getLinkPageScript',
      method: 'get',
      path: `/link/${file}`,
      access: 'public',
      summary: `Part of the page on which a wallet is linked: ${file}`,
      answers: { [file === 'page.css' ? 'text/css' : 'text/javascript']: text('…') },
    }),
  ),
  {
    operationId: 'getLinkCode',
    method: 'get',
    path: '/link/{secret}/qr.svg',
    access: 'public',
    summary: 'The address of that page as a QR code, for the phone that has the wallet',
    parameters: [secret],
    answers: { 'image/svg+xml': text('<svg>…</svg>') },
  },
  {
    operationId: 'openSignIn',
    method: 'get',
    path: '/auth/sign-in',
    access: 'public',
    summary: 'Begin to sign in: leads on to the provider that knows the people of this coordinator (OpenID Connect, code flow with PKCE)',
    status: 302,
    answers: {},
  },
  {
    operationId: 'finishSignIn',
    method: 'get',
    path: '/auth/callback',
    access: 'public',
    summary: 'Where the provider leads back to, once, in the browser that began',
    status: 302,
    answers: {},
  },
  {
    operationId: 'openSignedIn',
    method: 'get',
    path: '/auth/signed-in',
    access: 'public',
    summary: 'Where a person who has signed in ends up',
    answers: { 'text/html': text('<!doctype html>…') },
  },
  {
    operationId: 'openVerifyPage',
    method: 'get',
    path: '/verify.html',
    access: 'public',
    summary: 'The page that verifies a receipt in the browser of its reader',
    answers: { 'text/html': text('<!doctype html>…') },
  },
  ...(['/', '/console'] as const).map(
    (path): RawRoute => ({
      operationId: path === '/' ? 'openHome' : 'openConsoleHome',
      method: 'get',
      path,
      access: 'public',
      summary: 'Leads on to the console',
      status: 302,
      answers: {},
    }),
  ),
  {
    operationId: 'openConsole',
    method: 'get',
    path: '/console/{file}',
    access: 'public',
    summary: 'The page on which operators and requesters look after everything, and its parts',
    parameters: [inPath('file', 'index.html')],
    answers: { 'text/html': text('<!doctype html>…') },
  },
  {
    operationId: 'explainProblems',
    method: 'get',
    path: '/problems',
    access: 'public',
    summary: 'What each code of a problem means and what to do about it: where the type of a problem leads to',
    answers: { 'text/html': text('<!doctype html>…') },
  },
]

const state = (status: string) => object({ status: { type: 'string' } }, { status })

/** What whoever runs a coordinator asks, and what agents keep open. */
export const operationRoutes: readonly RawRoute[] = [
  {
    operationId: 'describeApi',
    method: 'get',
    path: '/openapi.json',
    access: 'public',
    summary: 'This description',
    answers: { 'application/json': { schema: { type: 'object' }, example: { openapi: '3.1.0' } } },
  },
  {
    operationId: 'isAlive',
    method: 'get',
    path: '/healthz',
    access: 'public',
    summary: 'Whether this process lives',
    answers: { 'application/json': state('alive') },
  },
  {
    operationId: 'isReady',
    method: 'get',
    path: '/readyz',
    access: 'public',
    summary: 'Whether to send requests here: the database takes writes, what has to run runs, and it is not stopping. Else 503',
    description: 'Whoever may read the system also sees each part, as `parts`.',
    answers: {
      'application/json': { schema: { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] }, example: { status: 'ready' } },
    },
  },
  {
    operationId: 'getMetrics',
    method: 'get',
    path: '/metrics',
    access: 'metrics.read',
    summary: 'How this coordinator does, in the text format of Prometheus',
    answers: { 'text/plain': text('# TYPE windfall_jobs gauge\n') },
  },
  {
    operationId: 'listenForChanges',
    method: 'get',
    path: CHANGES_PATH,
    access: 'self.read',
    summary: 'That something changed that you may read, as Server-Sent Events',
    description: [
      `Each event is \`${CHANGES_EVENT}\`, and its data names topics: \`{"topics":["jobs"]}\`. What it is now, you ask for. The first one names all topics that you`,
      'may read, since nobody knows what you missed; a topic of which only your own is yours is named when something of yours has changed. A comment comes at',
      'least every 15 s. The stream ends with the key or the session, and when the coordinator stops: come again after the time that `retry` names.',
      'Eight at once for each person.',
    ].join(' '),
    answers: { 'text/event-stream': text('id: 1\nevent: changed\ndata: {"topics":["jobs"]}\n\n') },
  },
  {
    operationId: 'openAgentSocket',
    method: 'get',
    path: '/v1/agents/socket',
    access: 'public',
    summary: 'Upgrade to the WebSocket of an agent (RFC 6455)',
    description: [
      'The coordinator speaks first: `{"type":"challenge","nonce":"…"}`. Within 10 s the agent answers with `{"type":"hello","nodeId":"…","signature":"…"}`,',
      'whose signature by its device key is over `windfall-socket-v2 `, the nonce, a space and the `host` or `host:port` it connected to; the subprotocol',
      '`windfall-socket-v2` is offered for that. After `{"type":"welcome","lastEvent":n}` both sides send frames,',
      'one JSON object in one text frame of at most 64 KiB: see the schemas SocketToAgent and SocketToCoordinator. The newest connection of a node wins.',
      'A frame that is not valid closes the connection with 1008, a binary one with 1003, an unanswered challenge with 4003.',
      'Requests with an Origin are refused: no web page has any business here. 503 without a body: too many have not said yet who they are.',
    ].join(' '),
    status: 101,
    answers: {},
  },
]

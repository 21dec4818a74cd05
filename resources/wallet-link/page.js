// Asks a wallet to sign what the coordinator issued, and hands in what it signed. It decides nothing: the coordinator builds the text again and compares.
const secret = location.pathname.split('/').at(-1)
const api = `/v1/links/${secret}`
const LOOK_EVERY_MS = 2_000

const the = (id) => document.getElementById(id)
const short = (address) => `${address.slice(0, 4)}…${address.slice(-4)}`
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes))

/** What was issued, as the coordinator said last; `null` before it has. */
let link = null

function say(text, tone = '') {
  the('status').textContent = text
  the('status').dataset.tone = tone
}

async function ask(path = '', body = null) {
  const answer = await fetch(api + path, body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {})
  const content = await answer.json()
  if (!answer.ok) throw new Error(content.detail ?? 'The coordinator could not answer. Try again.')
  return content
}

const SAID = {
  waiting: () => ['Sign with the wallet that you want to be paid to.'],
  signed: ({ address }) => [`${short(address)} has signed. Now say yes on your machine: it shows the same code and this address.`],
  linked: ({ address }) => [`Done: ${address} is linked. You can close this page.`, 'good'],
  declined: () => ['Nothing was linked. You can close this page.'],
  cancelled: () => ['This was cancelled on your machine. Nothing was linked.'],
  expired: () => ['This page is older than ten minutes. Ask for a new one on your machine.', 'bad'],
}

function show(opened) {
  link = opened
  const isOpen = opened.state === 'waiting' || opened.state === 'signed'
  the('asked').hidden = !isOpen
  the('choose').hidden = opened.state !== 'waiting'
  the('code').textContent = opened.code
  the('statement').textContent = opened.signIn.statement
  the('domain').textContent = opened.signIn.domain
  the('current').textContent = opened.current ?? 'nothing yet'
  the('until').textContent = new Date(opened.expiresAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  say(...SAID[opened.state](opened))
}

/** The text as a wallet has to sign it. */
const textFor = (address) => new TextEncoder().encode(link.text.head + address + link.text.tail)
/** Hardware wallets put a header before it. */
const endsWith = (signed, text) => signed.length >= text.length && text.every((byte, at) => byte === signed[signed.length - text.length + at])

/** Wallets write the text of a sign-in themselves; what one of them writes otherwise is of no use here. */
async function signIn(wallet) {
  const feature = wallet.features['solana:signIn']
  if (!feature) return null
  const [{ account, signedMessage, signature }] = await feature.signIn(link.signIn)
  return endsWith(signedMessage, textFor(account.address)) || !wallet.features['solana:signMessage'] ? { address: account.address, signedMessage, signature } : null
}

async function signMessage(wallet) {
  const { accounts } = await wallet.features['standard:connect'].connect()
  const account = (accounts ?? wallet.accounts)[0]
  if (!account) throw new Error('The wallet gave no account. Open one in it, and try again.')
  const [{ signedMessage, signature }] = await wallet.features['solana:signMessage'].signMessage({ account, message: textFor(account.address) })
  return { address: account.address, signedMessage, signature }
}

const isRefusal = (error) => error?.code === 4001 || /reject|declin|denied|cancel/i.test(String(error?.message ?? error))

async function useWallet(wallet) {
  const buttons = [...document.querySelectorAll('#wallets button')]
  for (const button of buttons) button.disabled = true
  say(`Look at ${wallet.name}: it asks you to sign.`)
  try {
    const { address, signedMessage, signature } = (await signIn(wallet)) ?? (await signMessage(wallet))
    show(await ask('', { address, signedMessage: toBase64(signedMessage), signature: toBase64(signature) }))
  } catch (error) {
    say(isRefusal(error) ? 'You said no in your wallet. Nothing was linked; choose a wallet to try again.' : String(error?.message ?? error), 'bad')
  } finally {
    for (const button of buttons) button.disabled = false
  }
}

const canSign = ({ features, chains }) =>
  chains.some((chain) => chain.startsWith('solana:')) && ('solana:signIn' in features || ('solana:signMessage' in features && 'standard:connect' in features))

function offer(wallet) {
  if (!canSign(wallet)) return
  the('no-wallet').hidden = true
  const button = document.createElement('button')
  button.type = 'button'
  if (typeof wallet.icon === 'string' && wallet.icon.startsWith('data:image/')) {
    const icon = document.createElement('img')
    icon.src = wallet.icon
    icon.alt = ''
    button.append(icon)
  }
  button.append(`Sign with ${wallet.name}`)
  button.addEventListener('click', () => void useWallet(wallet))
  const item = document.createElement('li')
  item.append(button)
  the('wallets').append(item)
}

/** https://github.com/wallet-standard/wallet-standard: wallets and pages find each other whichever comes first. */
function findWallets() {
  const found = new Set()
  const register = (...wallets) => {
    for (const wallet of wallets.filter((one) => !found.has(one))) {
      found.add(wallet)
      offer(wallet)
    }
    return () => undefined
  }
  window.addEventListener('wallet-standard:register-wallet', ({ detail }) => detail({ register }))
  window.dispatchEvent(new CustomEvent('wallet-standard:app-ready', { detail: { register } }))
}

function linkPhones() {
  const [page, from] = [encodeURIComponent(location.href), encodeURIComponent(location.origin)]
  the('phantom').href = `https://phantom.app/ul/browse/${page}?ref=${from}`
  the('solflare').href = `https://solflare.com/ul/v1/browse/${page}?ref=${from}`
  the('qr').src = `${location.pathname}/qr.svg`
}

/** Until it is over: the owner may answer on the machine, or cancel there, at any time. */
async function follow() {
  while (link?.state === 'waiting' || link?.state === 'signed') {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    const before = link.state
    const now = await ask().catch(() => link)
    if (now.state !== before && link.state === before) show(now)
  }
}

the('decline').addEventListener('click', () => void ask('/decline', {}).then(show, (error) => say(error.message, 'bad')))
linkPhones()
try {
  show(await ask())
  findWallets()
  await follow()
} catch (error) {
  say(error.message, 'bad')
}

import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type https from 'node:https'
import type { Server } from 'node:http'
import { type Server as TlsServer, createSecureContext } from 'node:tls'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { readPrivateFile } from '../../kernel/key-file.ts'
import type { Run } from '../../kernel/lifecycle.ts'

/** Files in PEM; all `null` for plain HTTP. */
export interface TlsSettings {
  readonly tlsCertificateFile: string | null
  readonly tlsKeyFile: string | null
  /** Certificates of the authorities whose clients are let in; `null`: none has to show a certificate. */
  readonly tlsClientCaFile: string | null
  /** Which clients have to show one: the agents of nodes, or everybody who connects. */
  readonly tlsClients: 'nodes' | 'all'
}

export interface TlsEvents {
  readonly certificateTaken: (subject: string, validTo: number) => void
  readonly certificateRefused: (message: string) => void
  readonly certificateExpires: (validTo: number) => void
}

export interface ServerTls {
  readonly options: https.ServerOptions
  /** Whether nodes have to show a certificate. */
  readonly asksNodes: boolean
  /** Takes over new files as they come, for connections that begin then; those that stand go on. */
  readonly watch: (server: Server) => Run
}

interface Material {
  readonly cert: string
  readonly key: string
  readonly ca: string | null
  readonly subject: string
  /** Epoch ms. */
  readonly validTo: number
}

const LOOK_MS = 30_000
const SOON_MS = 14 * 86_400_000

const wrong = (message: string, cause?: unknown): WindfallError => new WindfallError('config.invalid', message, { cause })

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw wrong(`The ${what} ${file} cannot be read (${messageOf(error)}).`, error)
  }
}

function readCertificates(file: string, what: string): { readonly text: string; readonly first: X509Certificate } {
  const text = readText(file, what)
  try {
    return { text, first: new X509Certificate(text) }
  } catch (error) {
    throw wrong(`${file} holds no ${what} in PEM (“-----BEGIN CERTIFICATE-----”).`, error)
  }
}

function readKey(file: string): string {
  const text = readPrivateFile(file)
  if (text === null) throw wrong(`There is no file ${file} with the key of the certificate.`)
  return text
}

function checkPair({ first, text }: ReturnType<typeof readCertificates>, key: string, [certificateFile, keyFile]: readonly [string, string]): void {
  let isPair = false
  try {
    isPair = first.checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw wrong(`${keyFile} holds no private key in PEM without a password (“-----BEGIN PRIVATE KEY-----”).`, error)
  }
  if (!isPair)
    throw wrong(
      `The key in ${keyFile} is not that of the first certificate in ${certificateFile}. The server’s own certificate comes first, then those above it.`,
    )
  try {
    createSecureContext({ cert: text, key })
  } catch (error) {
    throw wrong(`The certificate in ${certificateFile} cannot be used (${messageOf(error)}).`, error)
  }
}

function checkDates({ validFrom, validTo }: X509Certificate, file: string, now: number): void {
  if (Date.parse(validTo) <= now) throw wrong(`The certificate in ${file} expired on ${validTo}. Renew it.`)
  if (Date.parse(validFrom) > now) throw wrong(`The certificate in ${file} is valid from ${validFrom} on. Set the clock of this machine, or wait.`)
}

/** Reads and checks the files; `null` where there are none. Error: `config.invalid`, which says what is wrong with which. */
function readMaterial({ tlsCertificateFile: certificateFile, tlsKeyFile: keyFile, tlsClientCaFile: caFile }: TlsSettings, now: number): Material | null {
  if (certificateFile === null && keyFile === null && caFile === null) return null
  if (certificateFile === null || keyFile === null)
    throw wrong('TLS takes a certificate and its key: set both tlsCertificateFile (WINDFALL_TLS_CERTIFICATE_FILE) and tlsKeyFile (WINDFALL_TLS_KEY_FILE).')
  const certificate = readCertificates(certificateFile, 'certificate')
  const key = readKey(keyFile)
  checkPair(certificate, key, [certificateFile, keyFile])
  checkDates(certificate.first, certificateFile, now)
  const ca = caFile === null ? null : readCertificates(caFile, 'certificate of an authority').text
  const { subject, validTo } = certificate.first
  return { cert: certificate.text, key, ca, subject: subject.replaceAll('\n', ', '), validTo: Date.parse(validTo) }
}

const secureOptions = ({ cert, key, ca }: Material) => ({ cert, key, ...(ca === null ? {} : { ca }), minVersion: 'TLSv1.2' as const })

const isSame = (a: Material, b: Material): boolean => a.cert === b.cert && a.key === b.key && a.ca === b.ca

function createWatch(settings: TlsSettings, { clock, events }: { clock: Clock; events: TlsEvents }, first: Material): ServerTls['watch'] {
  return (server) => async (signal) => {
    let [current, complaint, warnedOf] = [first, '', 0]
    const look = (): void => {
      const now = clock.now()
      try {
        const found = readMaterial(settings, now)
        if (found && !isSame(found, current)) {
          ;(server as Server & Pick<TlsServer, 'setSecureContext'>).setSecureContext(secureOptions(found))
          current = found
          events.certificateTaken(found.subject, found.validTo)
        }
        complaint = ''
      } catch (error) {
        // The files may be half written; what was read before goes on to be used.
        if (messageOf(error) !== complaint) events.certificateRefused(messageOf(error))
        complaint = messageOf(error)
      }
      if (current.validTo - now < SOON_MS && warnedOf !== current.validTo) events.certificateExpires((warnedOf = current.validTo))
    }
    do look()
    while (await clock.sleep(LOOK_MS, signal))
  }
}

/** TLS in this process, 1.2 at least; `null` if no certificate is set. Error: `config.invalid`. */
export function createTls(settings: TlsSettings, deps: { readonly clock: Clock; readonly events: TlsEvents }): ServerTls | null {
  const material = readMaterial(settings, deps.clock.now())
  if (!material) return null
  const asks = material.ca !== null
  return {
    // Where only nodes have to show a certificate, whoever has none is let in, and refused by the calls that ask for one.
    options: { ...secureOptions(material), requestCert: asks, rejectUnauthorized: asks && settings.tlsClients === 'all' },
    asksNodes: asks,
    watch: createWatch(settings, deps, material),
  }
}

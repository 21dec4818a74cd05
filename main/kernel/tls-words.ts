const UNTRUSTED =
  'this machine does not trust its certificate; if a private authority made it, give that one’s certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem'
const UNSHOWN = 'it takes only those with a certificate of its fleet; set WINDFALL_CLIENT_CERTIFICATE_FILE and WINDFALL_CLIENT_KEY_FILE'

const WORDS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired; tell who runs it to renew it, and see that the clock of this machine is right',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; see that the clock of this machine is right',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; use the address that it is for',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: UNSHOWN,
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': UNSHOWN,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know the authority of our certificate (WINDFALL_CLIENT_CERTIFICATE_FILE)',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; use its http:// address, if it is on this machine or network',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; use its http:// address, if it is on this machine or network',
}

/** What is wrong with a connection over TLS, and what to do about it; `null` for an error that is of another kind. */
export const tlsProblem = (error: unknown): string | null => {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' && Object.hasOwn(WORDS, code) ? (WORDS[code] ?? null) : null
}

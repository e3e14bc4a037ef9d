// npm's oidc-provider, without pages: whoever `PUT /control` names is signed in and agrees to everything.
//   node provider.mjs MODULES PORT
// `POST /control/clients` takes a client {client_id, client_secret, redirect_uris} more; `POST /control/keys` signs with
// a new key from then on.

import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'

const [modules, port] = process.argv.slice(2)
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`).href)
const issuer = `http://localhost:${port}`
const clients = []
const accounts = new Map()
let signedIn = null
let keys = 0
let key = newKey()

function newKey() {
  keys += 1
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: `key-${keys}`, use: 'sig', alg: 'RS256' }
}

function newProvider() {
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys: [key] },
    cookies: { keys: ['of these tests alone'] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['given_name', 'family_name', 'birthdate', 'gender', 'locale', 'picture', 'zoneinfo'],
    },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
  })
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next()
    await interact(provider, context.req, context.res)
    context.respond = false
  })
  return provider
}

async function interact(provider, request, response) {
  const { prompt, params, grantId } = await provider.interactionDetails(request, response)
  if (signedIn === null) {
    return provider.interactionFinished(request, response, { error: 'access_denied' })
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: signedIn } })
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: signedIn, clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

let answer = newProvider().callback()

async function control(request, response) {
  let body = ''
  for await (const part of request) body += part
  if (request.url === '/control/keys') {
    key = newKey()
    answer = newProvider().callback()
  } else if (request.url === '/control/clients') {
    clients.push(JSON.parse(body))
    answer = newProvider().callback()
  } else {
    const { sub, ...claims } = JSON.parse(body)
    signedIn = sub
    if (sub !== null) accounts.set(sub, claims)
  }
  response.writeHead(204).end()
}

createServer((request, response) =>
  request.url.startsWith('/control') ? control(request, response) : answer(request, response),
).listen(Number(port), 'localhost', () => console.log('ready'))

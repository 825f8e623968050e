// node verify.mjs REQUEST.json: whether standard libraries accept a credential, without any network.
//
// The request names files: {credential, did (document, or none for did:key), lists: [...],
// contexts: {url: file}, now}. Prints {verified, status: {purpose: bit}, error} and exits 0 or 1.
import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus, statusTypeMatches} from '@digitalbazaar/vc-bitstring-status-list';

const DID_CONTEXT = 'https://www.w3.org/ns/did/v1';
const KEY_CONTEXT = 'https://w3id.org/security/multikey/v1';
const read = file => JSON.parse(readFileSync(file));
const request = read(process.argv[2]);
const credential = read(request.credential);
const now = new Date(request.now);
const documents = new Map(Object.entries(request.contexts).map(([url, file]) => [url, read(file)]));
for(const file of request.lists) {
  const list = read(file);
  documents.set(list.id, list);
}
const did = request.did ? read(request.did) : null;

async function documentLoader(url) {
  const document = documents.get(url) ?? resolve(url);
  if(!document) {
    throw new Error(`${url} is not here, and this verifier works offline`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

function resolve(url) {
  const [controller, fragment] = url.split('#');
  const known = did?.id === controller ? did : controller.startsWith('did:key:') ? ofKey(controller) : null;
  if(!known || !fragment) {
    return known;
  }
  const method = known.verificationMethod.find(entry => entry.id === url);
  return method && {'@context': KEY_CONTEXT, ...method};
}

function ofKey(id) {
  const method = `${id}#${id.slice('did:key:'.length)}`;
  return {
    '@context': [DID_CONTEXT, KEY_CONTEXT],
    id,
    verificationMethod: [{id: method, type: 'Multikey', controller: id, publicKeyMultibase: id.slice('did:key:'.length)}],
    assertionMethod: [method],
  };
}

const suite = new DataIntegrityProof({cryptosuite});

// The bit by itself: a list that verifies says nothing yet about this credential.
async function status(single) {
  const told = {};
  for(const entry of [single.credentialStatus ?? []].flat()) {
    const one = {...single, credentialStatus: entry};
    const result = await checkStatus({credential: one, documentLoader, suite});
    if(result.error) {
      throw result.error;
    }
    told[entry.statusPurpose] = result.results[0].status;
  }
  return told;
}

async function verify(single) {
  const result = await vc.verifyCredential({
    credential: single,
    suite,
    documentLoader,
    now,
    checkStatus: statusTypeMatches({credential: single}) ? options => checkStatus({...options, suite}) : undefined,
  });
  const bits = await status(single);
  const isSet = Object.values(bits).includes(true);
  return {verified: result.verified && !isSet, status: bits, error: words(result.error)};
}

function words(error) {
  return error ? [error.message, ...(error.errors ?? []).map(entry => entry.message)].join('; ') : null;
}

// A transcript is as good as itself and every credential in it.
async function verifyAll() {
  const parts = [credential.credentialSubject.verifiableCredential ?? []].flat();
  const results = [];
  for(const single of [credential, ...parts]) {
    results.push(await verify(single));
  }
  return {
    verified: results.every(result => result.verified),
    status: results.at(-1).status,
    error: results.map(result => result.error).find(Boolean) ?? null,
  };
}

const told = await verifyAll().catch(error => ({verified: false, status: {}, error: words(error)}));
console.log(JSON.stringify(told));
process.exit(told.verified ? 0 : 1);

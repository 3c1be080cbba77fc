// A certified OpenID provider, oidc-provider, with its own pages for signing in, on a free port of this
// machine. Arguments: its module, and JSON with `clients` and `accounts` (name → claims). Prints its
// address, then a line for each word that it reads: `rotate` gives it another key.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

console.info = console.error; // its notices
const { default: Provider } = await import(process.argv[2]);
const { clients, accounts } = JSON.parse(process.argv[3]);
let answer;

function provide(address) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(address, {
    clients,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['not a secret'] },
    claims: { email: ['email', 'email_verified'], profile: ['groups'] },
    pkce: { methods: ['S256'], required: () => true },
    async findAccount(_, name) {
      return accounts[name] && {
        accountId: name,
        claims: async () => ({ sub: name, ...accounts[name] }),
      };
    },
  });
  answer = provider.callback();
}

const server = createServer((request, response) => answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  provide(address);
  console.log(address);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (word) => {
    if (word === 'rotate') provide(address);
    console.log(word);
  });
  lines.on('close', () => process.exit()); // whoever started it is gone
});

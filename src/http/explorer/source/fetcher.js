// How GraphiQL talks to the server: HTTP for queries and mutations, a websocket
// for subscriptions, both with the access token of the current session.

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { accessToken, onAccountChange } from './session.js';

async function authorizedFetch(url, options) {
  const headers = new Headers(options.headers);
  headers.set('Accept', 'application/graphql-response+json, application/json');
  // A header typed into GraphiQL's header editor wins.
  if (!headers.has('Authorization')) {
    const token = await accessToken();
    if (token) headers.set('Authorization', `Bearer ${token}`);
  }
  return fetch(url, { ...options, headers });
}

function connect() {
  const url = new URL('/graphql/ws', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  // The client opens the socket with its first subscription, not now.
  return createClient({
    url: url.href,
    connectionParams: async () => {
      const token = await accessToken();
      return token ? { Authorization: `Bearer ${token}` } : {};
    },
  });
}

let socket = connect();

// A socket keeps the account it was opened with. Closing it ends the former
// account's subscriptions instead of reopening them as someone else.
onAccountChange(() => {
  socket.dispose();
  socket = connect();
});

const send = createGraphiQLFetcher({
  url: '/graphql',
  fetch: authorizedFetch,
  enableIncrementalDelivery: false,
  get wsClient() {
    return socket;
  },
});

// GraphiQL looks at an edited query only after a short pause. Whoever runs it at
// once would send the former operation's name, or a subscription by HTTP.
function current(params, options) {
  let documentAST;
  try {
    documentAST = parse(params.query);
  } catch {
    // The server explains the syntax error.
    return [params, options];
  }
  const names = documentAST.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).map(({ name }) => name?.value);
  const only = names.length === 1 ? names[0] : undefined;
  const operationName = names.includes(params.operationName) ? params.operationName : only;
  return [
    { ...params, operationName },
    { ...options, documentAST },
  ];
}

// One function for the whole page life: GraphiQL loads the schema again
// whenever it is given another fetcher.
export const fetcher = (params, options) => send(...current(params, options));

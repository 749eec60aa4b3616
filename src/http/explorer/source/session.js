// The login session of this page. Tokens live in this module's memory only, so
// a reload or a closed tab forgets them and no other script can read them from
// browser storage.

import { useSyncExternalStore } from 'react';

const SESSION_FIELDS = 'session { accessToken refreshToken expiresAt } userErrors { code message(lang: EN) }';
const LOGIN = `mutation ExplorerLogin($input: SessionLoginInput!) { sessionLogin(input: $input) { ${SESSION_FIELDS} } }`;
const REFRESH = `mutation ExplorerRefresh($input: SessionRefreshInput!) { sessionRefresh(input: $input) { ${SESSION_FIELDS} } }`;
const LOGOUT = 'mutation ExplorerLogout { sessionLogout(input: {}) { userErrors { code } } }';
const VIEWER = `query ExplorerViewer {
  viewer { account { displayName } grants { nodes { role organisation { name } } } }
}`;

// Refresh this long before the access token expires …
const LEAD = 60_000;
// … but never more often than this, or a wrong client clock would make a loop.
const PAUSE = 10_000;
// Browsers treat longer timeouts as zero.
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const LOGGED_OUT = { login: null, viewer: null, notice: '' };

// What the page shows. It holds no token, so it can be handed out freely.
let view = LOGGED_OUT;
let tokens = null;
let refreshedAt = 0;
let refreshing = null;
let timer;
const viewListeners = new Set();
const accountListeners = new Set();

function show(change) {
  view = { ...view, ...change };
  viewListeners.forEach(listener => listener());
}

function subscribe(listener) {
  viewListeners.add(listener);
  return () => viewListeners.delete(listener);
}

/** The login name, viewer and notice to show. */
export const useSession = () => useSyncExternalStore(subscribe, () => view);

/** Calls `listener` after each login and logout. */
export const onAccountChange = listener => accountListeners.add(listener);

async function post(query, variables, token) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json',
      'Content-Type': 'application/json',
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    // Logging out waits for a refresh under way, so that one has to end.
    signal: AbortSignal.timeout(20_000),
  }).catch(() => {
    throw new Error('The server cannot be reached.');
  });
  try {
    return await response.json();
  } catch {
    throw new Error(`The server answered with status ${response.status}.`);
  }
}

const messages = errors => (errors ?? []).map(({ message, code }) => message ?? code).join(' ');

/** Logs in, or throws an error with a message for the user. */
export async function logIn(login, password) {
  if (tokens) await logOut();
  const answer = await post(LOGIN, { input: { login, password } });
  const payload = answer.data?.sessionLogin;
  if (!payload?.session) {
    throw new Error(messages(payload?.userErrors) || messages(answer.errors) || 'The login failed.');
  }
  keep(payload.session);
  show({ ...LOGGED_OUT, login });
  accountListeners.forEach(listener => listener());
  loadViewer();
}

/** Logs out. The page forgets the tokens even if the server cannot be reached. */
export async function logOut() {
  await refreshing;
  const token = tokens?.accessToken;
  end('');
  if (token) await post(LOGOUT, undefined, token).catch(() => {});
}

function end(notice) {
  clearTimeout(timer);
  const hadSession = tokens !== null;
  tokens = null;
  show({ ...LOGGED_OUT, notice });
  if (hadSession) accountListeners.forEach(listener => listener());
}

async function loadViewer() {
  const mine = tokens;
  // The name is a courtesy: without it the bar shows the login name.
  const answer = await post(VIEWER, undefined, mine.accessToken).catch(() => null);
  if (tokens === mine) show({ viewer: answer?.data?.viewer ?? null });
}

function keep(session) {
  tokens = { ...session, expires: Date.parse(session.expiresAt) };
  refreshedAt = Date.now();
  // Without a readable date there is nothing to plan by.
  if (Number.isNaN(tokens.expires)) return;
  const left = tokens.expires - Date.now();
  plan(left > 2 * LEAD ? left - LEAD : left / 2);
}

function plan(delay) {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.min(Math.max(delay, PAUSE), LONGEST_TIMEOUT));
}

// Refresh tokens work once, so two refreshes must never run side by side.
function refresh() {
  refreshing ??= renew().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew() {
  const answer = await post(REFRESH, { input: { refreshToken: tokens.refreshToken } }).catch(() => null);
  const payload = answer?.data?.sessionRefresh;
  const refused =
    payload?.userErrors?.length ||
    answer?.errors?.some(error => error.extensions?.code === 'UNAUTHENTICATED');
  if (payload?.session) keep(payload.session);
  else if (refused) end('Your session has ended. Please log in again.');
  // Anything else may pass, such as a lost connection.
  else plan(PAUSE);
}

/** The access token to send, or null. Renews one that ran out, as after standby. */
export async function accessToken() {
  await refreshing;
  if (tokens && tokens.expires <= Date.now() && Date.now() - refreshedAt > PAUSE) await refresh();
  return tokens?.accessToken ?? null;
}

import { useEffect, useRef, useState } from 'react';
import { logIn, logOut, useSession } from './session.js';

/** "NAME (ROLES)" of the viewer, and a longer text naming the organisations. */
function describe({ login, viewer }) {
  const grants = viewer?.grants?.nodes?.filter(Boolean) ?? [];
  const roles = [...new Set(grants.map(grant => grant.role))];
  const name = viewer?.account?.displayName ?? login;
  return {
    short: roles.length ? `${name} (${roles.join(', ')})` : name,
    long: grants.map(({ role, organisation }) => [role, organisation?.name].filter(Boolean).join(', ')).join('\n'),
  };
}

export function Login({ accounts }) {
  const session = useSession();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const viewerRef = useRef(null);
  const nameRef = useRef(null);
  // Logging in and out replaces the focused control, so the focus needs a new
  // place. Otherwise a keyboard user starts over at the top of the page.
  const moveFocus = useRef(false);

  useEffect(() => {
    if (moveFocus.current) (viewerRef.current ?? nameRef.current)?.focus();
    moveFocus.current = false;
  }, [session.login]);

  function chooseAccount(event) {
    const account = accounts.find(({ login }) => login === event.target.value);
    setName(account?.login ?? '');
    setPassword(account?.password ?? '');
    setError('');
  }

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError('');
    moveFocus.current = true;
    try {
      await logIn(name.trim(), password);
      setPassword('');
    } catch (failure) {
      moveFocus.current = false;
      setError(failure.message);
    } finally {
      setBusy(false);
    }
  }

  function leave() {
    moveFocus.current = true;
    setName('');
    setError('');
    logOut();
  }

  const viewer = describe(session);

  return (
    <div className="kim-session">
      {session.login ? (
        <>
          <span id="kim-viewer" ref={viewerRef} tabIndex={-1} title={viewer.long}>
            Logged in as <strong>{viewer.short}</strong>
          </span>
          <button id="kim-logout-button" type="button" onClick={leave}>
            Log out
          </button>
        </>
      ) : (
        <form onSubmit={submit} aria-label="Log in">
          {accounts.length > 0 && (
            <label>
              <span>Demo account</span>
              <select
                id="kim-login-account"
                // A login typed by hand belongs to no entry of the list.
                value={accounts.some(({ login }) => login === name) ? name : ''}
                onChange={chooseAccount}
              >
                <option value="">Choose an account …</option>
                {accounts.map(({ label, login }) => (
                  <option key={login} value={login}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            <span>Login</span>
            <input
              id="kim-login-name"
              ref={nameRef}
              value={name}
              onChange={event => setName(event.target.value)}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
            />
          </label>
          <label>
            <span>Password</span>
            <input
              id="kim-login-password"
              type="password"
              value={password}
              onChange={event => setPassword(event.target.value)}
              autoComplete="current-password"
              required
            />
          </label>
          <button id="kim-login-button" type="submit" aria-disabled={busy}>
            Log in
          </button>
        </form>
      )}
      {/* Always present, because screen readers announce changes to an alert they already know. */}
      <div id="kim-login-error" role="alert">
        {error || session.notice}
      </div>
    </div>
  );
}

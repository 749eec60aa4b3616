import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, GraphiQLInterface, GraphiQLProvider } from 'graphiql';
import { DOC_EXPLORER_PLUGIN, DocExplorerContextProvider } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryContextProvider } from '@graphiql/plugin-history';
import { BLANK, Examples } from './examples.jsx';
import { fetcher } from './fetcher.js';
import { Login } from './login.jsx';
import 'graphiql/style.css';
import './style.css';

const PLUGINS = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

async function loadConfig() {
  const response = await fetch('/explorer/config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`The server answered with status ${response.status}.`);
  return response.json();
}

function Bar() {
  const [config, setConfig] = useState({});
  const [error, setError] = useState('');
  const accounts = config.demoAccounts ?? [];

  useEffect(() => {
    // Without the settings one can still log in and write queries.
    loadConfig().then(setConfig, failure => setError(`The examples could not be loaded. ${failure.message}`));
  }, []);

  return (
    <header className="kim-bar">
      <h1>KIM explorer</h1>
      <Login accounts={accounts} />
      <Examples examples={config.examples ?? []} accounts={accounts} />
      {error && <p role="alert">{error}</p>}
      <p className="kim-about">
        {config.version && <span id="kim-version">Version {config.version}</span>}{' '}
        <a href="/explorer/THIRD_PARTY_LICENSES.txt" target="_blank" rel="noreferrer">
          Licences
        </a>
      </p>
    </header>
  );
}

// `storage={null}` keeps GraphiQL from writing to localStorage: queries and
// variables may hold personal data, and the computer may be shared.
function Explorer() {
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      storage={null}
      shouldPersistHeaders={false}
      defaultQuery={BLANK}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryContextProvider>
        <DocExplorerContextProvider>
          <Bar />
          <main>
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
              {/* Replaces the default logo, a link to another site. */}
              <GraphiQL.Logo>
                <span />
              </GraphiQL.Logo>
            </GraphiQLInterface>
          </main>
        </DocExplorerContextProvider>
      </HistoryContextProvider>
    </GraphiQLProvider>
  );
}

createRoot(document.getElementById('kim-root')).render(<Explorer />);

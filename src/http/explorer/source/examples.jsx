import { useState } from 'react';
import { flushSync } from 'react-dom';
import { useEditorContext, useExecutionContext } from '@graphiql/react';
import { logIn, useSession } from './session.js';

/** What a new tab starts with. */
export const BLANK = '# Write a query here, or choose an example above.\n# Ctrl+Enter runs it, Ctrl+Space suggests fields.\n\n';

const variablesText = ({ variables }) =>
  variables && Object.keys(variables).length ? JSON.stringify(variables, null, 2) : '';

export function Examples({ examples, accounts }) {
  const [chosen, setChosen] = useState('');
  const editors = useEditorContext({ nonNull: true });
  const execution = useExecutionContext({ nonNull: true });

  // A tab that the user has neither edited nor run can be filled again, so that
  // leafing through the list does not open a tab for every entry.
  function untouched() {
    const query = editors.queryEditor.getValue();
    const variables = editors.variableEditor.getValue();
    return (
      !editors.responseEditor.getValue() &&
      (!query.trim() || query === BLANK || examples.some(example => example.query === query && variablesText(example) === variables))
    );
  }

  function choose(event) {
    setChosen(event.target.value);
    const example = examples[event.target.value];
    if (!example || !editors.queryEditor) return;
    // A running subscription would go on writing into the next tab.
    execution.stop();
    // GraphiQL fills the editors for a new tab while React renders. That has to
    // be over before the example is written into them.
    if (!untouched()) flushSync(() => editors.addTab());
    const variables = variablesText(example);
    editors.queryEditor.setValue(example.query);
    editors.variableEditor.setValue(variables);
    editors.updateActiveTabValues({ query: example.query, variables });
  }

  if (!examples.length) return null;
  const example = examples[chosen];
  return (
    <>
      <label className="kim-examples">
        <span>Examples</span>
        <select id="kim-examples" value={chosen} onChange={choose}>
          <option value="">Choose an example …</option>
          {examples.map(({ title }, index) => (
            <option key={index} value={index}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {example && <Hint example={example} account={accounts.find(({ login }) => login === example.as)} />}
    </>
  );
}

/** Says what an example shows and whom it is meant for. */
function Hint({ example, account }) {
  const { login } = useSession();
  const [error, setError] = useState('');

  async function change() {
    setError('');
    try {
      await logIn(account.login, account.password);
    } catch (failure) {
      setError(failure.message);
    }
  }

  return (
    <div id="kim-example-hint">
      <span role="status">
        {example.description}
        {example.as && (
          <>
            {' '}
            Meant for <strong>{account?.label ?? example.as}</strong>
            {login === example.as ? ', which you are logged in as.' : '.'}
          </>
        )}
      </span>
      {account && login !== account.login && (
        <button id="kim-example-login" type="button" onClick={change}>
          {login ? 'Change to this account' : 'Log in as this account'}
        </button>
      )}
      <span role="alert">{error}</span>
    </div>
  );
}

// The link's secret stands behind its #, so that no server, log or referrer ever has it; it is good for one time.
const say = (text) => {
  document.getElementById('say').textContent = text;
};

async function open() {
  const token = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  if (token === '') return say('This page needs a link as Postern shows it.');
  const answer = await fetch('/open', { method: 'POST', headers: { 'x-postern': '1' }, body: token });
  const told = await answer.json();
  if (answer.ok) location.replace(told.path);
  else say(told.message);
}

open().catch(() => say('Postern does not answer: is the ssh connection still there?'));

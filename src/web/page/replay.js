// What comes from a recording goes into the page as text, never as markup.
/** As many lines as a browser scrolls without effort; a search looks through all of them. */
const SHOWN = 2000;
const TICK = 500;

const at = (id) => document.getElementById(id);
const lines = [];
let done = false;
let player = null;
let current = null;

const clock = (seconds) => {
  const [h, m, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => Math.floor(part));
  return `${h > 0 ? `${h}:` : ''}${String(m).padStart(2, '0')}:${String(s).padStart(2, '0')}`;
};

async function ask(path) {
  const answer = await fetch(path);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  return told;
}

function over(message) {
  player?.dispose();
  player = null;
  at('player').replaceChildren();
  at('lines').replaceChildren();
  lines.length = 0;
  done = true;
  at('say').textContent = message;
  at('say').hidden = false;
}

function lineOf([seconds, text], wanted) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  const time = document.createElement('time');
  const words = document.createElement('span');
  button.type = 'button';
  button.dataset.at = String(seconds);
  time.textContent = clock(seconds);
  const from = wanted === '' ? -1 : text.toLowerCase().indexOf(wanted);
  if (from === -1) words.textContent = text;
  else {
    const mark = document.createElement('mark');
    mark.textContent = text.slice(from, from + wanted.length);
    words.append(text.slice(0, from), mark, text.slice(from + wanted.length));
  }
  button.append(time, words);
  item.append(button);
  return item;
}

function draw() {
  const wanted = at('text').value.trim().toLowerCase();
  const found = wanted === '' ? lines : lines.filter(([, text]) => text.toLowerCase().includes(wanted));
  at('lines').replaceChildren(...found.slice(0, SHOWN).map((line) => lineOf(line, wanted)));
  const more = done ? '' : ', reading on…';
  at('count').textContent = `${found.length} line${found.length === 1 ? '' : 's'}${more}`;
}

async function readTranscript() {
  while (!done) {
    const part = await ask('transcript');
    lines.push(...part.lines);
    done = part.done;
    if (part.lines.length > 0 || done) draw();
  }
}

/** Where playing is, in the transcript beside it. */
async function follow() {
  if (player === null) return;
  const now = await player.getCurrentTime();
  const buttons = [...at('lines').querySelectorAll('button')];
  const next = buttons.findLast((one) => Number(one.dataset.at) <= now) ?? null;
  if (next === current) return;
  current?.classList.remove('now');
  next?.classList.add('now');
  next?.scrollIntoView({ block: 'nearest' });
  current = next;
}

async function start() {
  const { row, complete } = await ask('about');
  const title = `${row.user} as ${row.account}`;
  document.title = `${title} · Postern`;
  at('title').textContent = title;
  at('about').textContent = [
    new Date(row.startedAt).toISOString().replace('T', ' ').slice(0, 19) + ' UTC',
    `from ${row.from}`,
    row.endingText ?? row.outcome,
    ...(complete ? [] : ['cut: its end is missing']),
  ].join(' · ');
  player = AsciinemaPlayer.create({ url: 'index.json', format: 'segmented' }, at('player'), {
    fit: 'both',
    preload: true,
    controls: true,
  });
  at('lines').addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button !== null) void player?.seek(Number(button.dataset.at));
  });
  at('text').addEventListener('input', draw);
  at('find').addEventListener('submit', (event) => {
    event.preventDefault();
    at('lines').querySelector('button')?.click();
  });
  setInterval(() => void follow().catch(() => undefined), TICK);
  ask('over').then(
    ({ message }) => over(message),
    () => over('The connection to Postern is gone.'),
  );
  await readTranscript();
}

start().catch((error) => over(error.message));

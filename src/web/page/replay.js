// What comes from a recording goes into the page as text, never as markup.
/** As many lines as a browser scrolls without effort; a search looks through all of them. */
const SHOWN = 2000;
const TICK = 500;
/** Milliseconds between two questions for what came, and for more of a transcript that grows. */
const NEWS = 500;
const MORE = 1500;

const at = (id) => document.getElementById(id);
const lines = [];
let done = false;
let player = null;
let current = null;
let running = false;

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
    lines.splice(part.from, Infinity, ...part.lines);
    done = part.done;
    if (part.lines.length > 0 || done) draw();
    if (part.lines.length === 0 && !done) await new Promise((resolve) => setTimeout(resolve, MORE));
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

/** All of it that is there now, to be played and sought in. */
function showPast(startAt) {
  player?.dispose();
  player = AsciinemaPlayer.create({ url: 'index.json', format: 'segmented' }, at('player'), {
    fit: 'both',
    preload: true,
    controls: true,
    startAt,
  });
  at('present').setAttribute('aria-pressed', 'false');
}

/** What comes, as it comes: a source of the player's that cannot be sought in. */
function showPresent() {
  player?.dispose();
  player = AsciinemaPlayer.create(present, at('player'), { fit: 'both', controls: true, autoPlay: true });
  at('present').setAttribute('aria-pressed', 'true');
}

const timing = (time) => ({ time, rate: 0, sampledAt: performance.timeOrigin + performance.now() });

function present({ dispatch }) {
  let next = 0;
  let stopped = false;
  let now = 0;
  async function look() {
    const news = await ask(`news/${next}`);
    if (stopped) return;
    next = news.next;
    now = news.duration;
    if (news.snapshot !== null) {
      const { cols, rows, init } = news.snapshot;
      dispatch('reset', { size: { cols, rows }, init });
      dispatch('playing');
    }
    for (const [, code, data] of news.events) {
      if (code === 'o') dispatch('output', data);
      else {
        const [cols, rows] = data.split('x').map(Number);
        dispatch('resize', { cols, rows });
      }
    }
    dispatch('timing', timing(now));
    if (news.running) setTimeout(() => void look().catch((error) => over(error.message)), NEWS);
    else await isOver(now);
  }
  return {
    play() {
      if (next === 0) {
        dispatch('play');
        void look().catch((error) => over(error.message));
      }
      return true;
    },
    stop() {
      stopped = true;
    },
    getTiming: () => timing(now),
  };
}

/** The session has ended: from here on it is a recording like any other. */
async function isOver(duration) {
  const following = at('present').getAttribute('aria-pressed') === 'true';
  tellAbout(await ask('about'));
  if (following) showPast(duration);
}

function tellAbout({ row, complete, running: runs }) {
  running = runs;
  at('present').hidden = !runs;
  at('about').textContent = [
    new Date(row.startedAt).toISOString().replace('T', ' ').slice(0, 19) + ' UTC',
    `from ${row.from}`,
    row.endingText ?? row.outcome,
    ...(complete || runs ? [] : ['cut: its end is missing']),
  ].join(' · ');
}

async function start() {
  const about = await ask('about');
  const { row } = about;
  const title = `${row.user} as ${row.account}`;
  document.title = `${title} · Postern`;
  at('title').textContent = title;
  tellAbout(about);
  showPast(0);
  at('present').addEventListener('click', () =>
    at('present').getAttribute('aria-pressed') === 'true' ? showPast(0) : showPresent(),
  );
  at('lines').addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button === null) return;
    // of a session that runs the player knows only what was there when it was made
    if (running) showPast(Number(button.dataset.at));
    else void player?.seek(Number(button.dataset.at));
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
  if (running) watchForTheEnd();
  await readTranscript();
}

/** Who looks at the past hears of it, too. */
function watchForTheEnd() {
  const timer = setInterval(async () => {
    if (at('present').getAttribute('aria-pressed') === 'true') return;
    const about = await ask('about').catch(() => null);
    if (about?.running !== false) return;
    clearInterval(timer);
    tellAbout(about);
  }, 2000);
}

start().catch((error) => over(error.message));
